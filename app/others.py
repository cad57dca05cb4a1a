"""What the parts beside the workers last said of themselves in Redis: of all that run, a worker's metrics warn."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Annotated, NamedTuple

import msgspec

from app.pulse import NEVER

PARTS = ("connectors", "spark")
"""``status:connectors`` is written by who watches over them, ``status:spark`` by the process with the queries."""

KEYS = [f"status:{part}" for part in PARTS]


class Connector(msgspec.Struct, frozen=True):
    """A connector, as the watch sees it; see `connectors.watch.Report`."""

    name: str
    problem: str | None
    slot_lag_bytes: int | None


class _Document(msgspec.Struct, frozen=True):
    updated_at: Annotated[datetime, msgspec.Meta(tz=True)]
    connectors: tuple[Connector, ...] = ()


class Others(NamedTuple):
    """All of them at one moment.

    Attributes:
        said_at: When each last said something, by the monotonic clock; `NEVER` where nothing readable is there.
        connectors: The connectors, as last seen.
    """

    said_at: Mapping[str, float] = dict.fromkeys(PARTS, NEVER)
    connectors: tuple[Connector, ...] = ()


def heard(documents: Sequence[bytes | None], now: datetime, clock: float) -> Others:
    """Return what documents say.

    Args:
        documents: What is at `KEYS`.
        now: The time, with its zone.
        clock: The same by the monotonic clock.
    """
    nobody = Others()
    said_at, connectors = dict(nobody.said_at), nobody.connectors
    for part, document in zip(PARTS, documents, strict=True):
        with suppress(msgspec.DecodeError):  # as where another version writes it: to be read is its duty
            said = msgspec.json.decode(document or b"", type=_Document)
            said_at[part] = clock - (now - said.updated_at).total_seconds()
            connectors += said.connectors
    return Others(said_at, connectors)
