"""What is known of a connector, and what follows: whether it works, why it does not, whether it starts anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from connectors.causes import cause_of
from connectors.connect_api import Connect
from connectors.definitions import Definition
from connectors.postgres import Slot, SourceDatabase


class Snapshot(StrEnum):
    """How far a connector's initial snapshot is, by the offset that it stored with its last record.

    One that reads from its slot is past it.
    """

    NONE = "none"
    UNFINISHED = "unfinished"
    FINISHED = "finished"


@dataclass(frozen=True)
class Observation:
    """A connector at one moment, in Connect and in PostgreSQL."""

    name: str
    topics: tuple[str, ...]
    state: str
    """As Connect says (RUNNING, STOPPED, PAUSED, UNASSIGNED, FAILED); ABSENT where it knows no such connector."""
    tasks: tuple[str, ...]
    cause: str | None
    """Why the connector or a task failed, in one line."""
    snapshot: Snapshot
    slot: Slot | None
    unpublished: frozenset[str]
    """Captured tables that its publication lacks."""

    @property
    def failed(self) -> bool:
        """Whether Connect has given it up: it does not try again by itself."""
        return "FAILED" in (self.state, *self.tasks)

    @property
    def running(self) -> bool:
        """Whether Connect runs all of it."""
        return _runs(self.state, self.tasks)

    @property
    def has_lost_its_slot(self) -> bool:
        """Whether the slot from which it would go on is not there, or not whole."""
        if self.slot is None:
            return self.snapshot is Snapshot.FINISHED
        return self.slot.lost

    @property
    def problem(self) -> str | None:
        """Why it does not carry its tables' changes to Kafka, or soon cannot, in one line; none where all is well."""
        return "; ".join(filter(None, (self.fault, self._danger))) or None

    @property
    def _danger(self) -> str | None:
        if self.slot and self.slot.endangered:
            return f"{self.name} loses its replication slot soon: its database keeps more than half of the WAL it may"
        return None

    @property
    def fault(self) -> str | None:
        """Why it does not carry its tables' changes to Kafka, in one line; none where it does."""
        if self.has_lost_its_slot:
            return f"{self.name} has lost its replication slot: python -m connectors takes a new snapshot"
        if self.failed:
            return f"{self.name} failed: {self.cause}"
        if not self.running:
            return f"{self.name} is {' and its task '.join(dict.fromkeys((self.state, *self.tasks)))}"
        if self.unpublished:  # PostgreSQL 18 skips their changes without an error
            return f"{self.name} misses the changes of {', '.join(sorted(self.unpublished))}: not in its publication"
        if self.snapshot is not Snapshot.UNFINISHED and not (self.slot and self.slot.active):
            return f"{self.name} does not read from its database: see Connect's log"
        return None


def _runs(state: str, tasks: Sequence[str]) -> bool:
    return bool(tasks) and {state, *tasks} == {"RUNNING"}


def observe(definition: Definition, connect: Connect, database: SourceDatabase) -> Observation:
    """Look at a connector."""
    status = connect.status(definition.name) or {"connector": {"state": "ABSENT"}, "tasks": []}
    parts = [status["connector"], *status["tasks"]]
    traces = [part["trace"] for part in parts if part.get("trace")]
    state, *tasks = (part["state"] for part in parts)
    slot = database.slot()
    if slot and slot.active and _runs(state, tasks):
        snapshot = Snapshot.FINISHED  # what it reads there follows the snapshot
    else:  # Connect makes clients of Kafka for each look at this
        snapshot = snapshot_of(connect.offset(definition.name, definition.topic_prefix))
        slot = database.slot()  # after it: where the snapshot is finished, there was a slot
    return Observation(
        name=definition.name,
        topics=definition.topics,
        state=state,
        tasks=tuple(tasks),
        cause=cause_of(traces[0]) if traces else None,
        snapshot=snapshot,
        slot=slot,
        unpublished=frozenset(definition.tables) - database.published(),
    )


def snapshot_of(offset: Mapping[str, Any] | None) -> Snapshot:
    """Tell from a stored offset how far the snapshot is: Debezium marks those of an initial snapshot."""
    if offset is None:
        return Snapshot.NONE
    if offset.get("snapshot") and not offset.get("snapshot_completed"):
        return Snapshot.UNFINISHED
    return Snapshot.FINISHED


def reason_to_begin_anew(seen: Observation, missing_topics: frozenset[str]) -> str | None:
    """Return why a connector cannot go on exactly from where it was, so that it needs a new snapshot; or none.

    Each reason holds until the connector has begun anew, so that a command that was interrupted is taken up again.
    """
    if seen.snapshot is Snapshot.NONE and not seen.running:
        return "it has no stored offsets"
    if seen.snapshot is Snapshot.UNFINISHED and not seen.running:
        return "its snapshot was interrupted"
    if missing_topics:
        return f"no topic yet: {', '.join(sorted(missing_topics))}"
    if seen.unpublished:
        return f"not in its publication: {', '.join(sorted(seen.unpublished))}"
    if seen.has_lost_its_slot:
        return "its replication slot is gone, or lacks WAL that PostgreSQL gave up"
    return None
