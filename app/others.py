"""What the parts beside the workers last said of themselves in Redis: of all that run, a worker's metrics warn."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

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
    slot_endangered: bool
    restarts: int


class _Document(msgspec.Struct, frozen=True):
    updated_at: str
    connectors: tuple[Connector, ...] = ()


class Heard(NamedTuple):
    """What a part said, and since when it has said nothing new."""

    updated_at: str | None = None
    at: float = NEVER
    """By this worker's monotonic clock: no two machines' clocks are compared."""


class Others(NamedTuple):
    """All of them at one moment."""

    parts: Mapping[str, Heard] = dict.fromkeys(PARTS, Heard())
    connectors: tuple[Connector, ...] = ()


def heard(documents: Sequence[bytes | None], former: Others, now: float) -> Others:
    """Return what documents say.

    Args:
        documents: What is at `KEYS`.
        former: What they said before.
        now: The time, by the monotonic clock.
    """
    parts, connectors = dict(former.parts), former.connectors
    for part, document in zip(PARTS, documents, strict=True):
        with suppress(msgspec.DecodeError):  # what another version wrote, or nobody: nothing new was heard
            said = msgspec.json.decode(document or b"", type=_Document)
            if said.updated_at != parts[part].updated_at:
                parts[part] = Heard(said.updated_at, now)
            connectors = said.connectors or connectors
    return Others(parts, connectors)
