"""What all parts last said of themselves in Redis: of all that run, a worker's metrics warn."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from app.pulse import NEVER

PARTS = ("connectors", "spark", "faust", "reconcile", "starts")
"""``status:connectors`` and ``status:reconcile`` are written by the watch on the connectors, ``status:spark`` by the
process with the queries, ``status:faust`` and ``status:starts`` by the workers.
"""

KEYS = [f"status:{part}" for part in PARTS]


class Connector(msgspec.Struct, frozen=True):
    """A connector, as the watch sees it; see `connectors.watch.Report`."""

    name: str
    problem: str | None
    slot_lag_bytes: int | None
    slot_endangered: bool
    restarts: int
    in_snapshot: bool = False
    heartbeat_at: datetime | None = None
    heartbeat_moved_at: datetime | None = None


class Connectors(msgspec.Struct, frozen=True):
    """``status:connectors``. What is None was written by an older version, or is not known."""

    updated_at: str
    connectors: tuple[Connector, ...] = ()
    dead_letters_unseen: int | None = None
    started_at: datetime | None = None
    reconcile_every_seconds: float | None = None


class Query(msgspec.Struct, frozen=True):
    """A query of Spark: up to when it has counted."""

    as_of: datetime | None = None


class Spark(msgspec.Struct, frozen=True):
    """``status:spark``."""

    updated_at: str
    queries: dict[str, Query] = {}
    started_at: datetime | None = None


class Worker(msgspec.Struct, frozen=True):
    """A worker that counts."""

    started_at: datetime | None = None


class Faust(msgspec.Struct, frozen=True):
    """``status:faust``: up to when each topic is counted, by which workers."""

    updated_at: str
    as_of: dict[str, datetime | None] = {}
    workers: tuple[Worker, ...] = ()

    @property
    def started_at(self) -> datetime | None:
        """When the newest of the workers was started: it may have to read its tables yet."""
        return max(filter(None, (worker.started_at for worker in self.workers)), default=None)


class Compared(msgspec.Struct, frozen=True):
    """A database that was compared with SQL."""

    name: str
    difference_count: int = 0


class Reconcile(msgspec.Struct, frozen=True):
    """``status:reconcile``; `next_at` is when the watch begins again, None where that is not known."""

    updated_at: str
    every_seconds: float | None = None
    duration_seconds: float | None = None
    compared_at: datetime | None = None
    next_at: datetime | None = None
    databases: tuple[Compared, ...] = ()


class Starts(msgspec.Struct, frozen=True):
    """``status:starts``: workers that ended without saying so, lately."""

    updated_at: str
    crashes: int = 0


TYPES: Mapping[str, Any] = {
    "connectors": Connectors,
    "spark": Spark,
    "faust": Faust,
    "reconcile": Reconcile,
    "starts": Starts,
}


class Heard(NamedTuple):
    """What a part said, and since when it has said nothing new."""

    updated_at: str | None = None
    at: float = NEVER
    """By this worker's monotonic clock: no two machines' clocks are compared."""


class Others(NamedTuple):
    """All of them at one moment: when each was heard, and what it said last."""

    parts: Mapping[str, Heard] = dict.fromkeys(PARTS, Heard())
    connectors: Connectors | None = None
    spark: Spark | None = None
    faust: Faust | None = None
    reconcile: Reconcile | None = None
    starts: Starts | None = None


def heard(documents: Sequence[bytes | None], former: Others, now: float) -> Others:
    """Return what documents say.

    Args:
        documents: What is at `KEYS`.
        former: What they said before.
        now: The time, by the monotonic clock.
    """
    parts, said = dict(former.parts), {}
    for part, document in zip(PARTS, documents, strict=True):
        with suppress(msgspec.DecodeError):  # what another version wrote, or nobody: nothing new was heard
            said[part] = msgspec.json.decode(document or b"", type=TYPES[part])
            if said[part].updated_at != parts[part].updated_at:
                parts[part] = Heard(said[part].updated_at, now)
    return former._replace(parts=parts, **said)
