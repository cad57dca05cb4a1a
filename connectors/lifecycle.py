"""What the commands do to a connector. Each may be interrupted anywhere: the next one takes it up again."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager

from connectors import resets, topics
from connectors.connect_api import Connect
from connectors.definitions import Definition
from connectors.errors import ConnectorsError, LateError, patiently
from connectors.observation import Observation, Snapshot, observe, reason_to_begin_anew
from connectors.postgres import SourceDatabase, source_database
from settings import settings

Say = Callable[[str], None]
"""Takes what happens to the connector, for a person who waits."""


class UnfinishedError(ConnectorsError):
    """A connector failed before its snapshot was whole; it does not go on from there, but begins anew."""


class Lifecycle:
    """A connector in the hands of one command. Made by `in_hand`."""

    def __init__(
        self, definition: Definition, connect: Connect, database: SourceDatabase, patience: float, say: Say
    ) -> None:
        """Take the connector, where it runs and what it reads, and the seconds for which to wait."""
        self._definition = definition
        self._connect = connect
        self._database = database
        self._patience = patience
        self._say = say

    def apply(self) -> None:
        """Make the connector run as it is defined: on from where it was, or anew where that would not be exact."""
        self._create()
        seen = observe(self._definition, self._connect, self._database)
        existing = topics.partition_counts(self._definition.topics, self._patience)
        if reason := reason_to_begin_anew(seen, frozenset(self._definition.topics) - existing.keys()):
            self._say(f"takes a new snapshot: {reason}")
            self.begin_anew()
        else:
            self._go_on(seen)

    def begin_anew(self) -> None:
        """Let a new snapshot replace all that the connector wrote before.

        Once the offsets are deleted, nothing of the former tasks can follow the resets; and until the connector
        is resumed, nothing of the snapshot can precede them. The connector makes its slot by itself: only so does
        the snapshot show what was committed where the slot begins (``sql/snapshot_guard.sql``).
        """
        definition = self._definition
        self._create()
        self._stop()
        self._connect.delete_offsets(definition.name)
        self._database.drop_slot()
        self._database.guard_snapshots()
        self._database.publish(definition.published)
        topics.create(dict.fromkeys(definition.topics, settings().partitions), self._patience)
        topics.create({definition.heartbeat_topic: 1}, self._patience, topics.HEARTBEATS)
        written = (*definition.topics, definition.heartbeat_topic)
        resets.write(definition.name, written, self._database.wal_position(), self._patience)
        self._connect.configure(definition.name, definition.config)
        self._connect.resume(definition.name)

    def restart(self) -> None:
        """Make the connector run again if it failed."""
        if self._failed:
            self.apply()

    def restart_anyway(self) -> None:
        """Make the connector run again if it failed, and start it again if it runs: it may stand still."""
        if self._failed:
            self.apply()
        else:
            self._connect.restart(self._definition.name)

    @property
    def _failed(self) -> bool:
        return observe(self._definition, self._connect, self._database).failed

    def delete(self) -> None:
        """Delete the connector and all that would keep WAL or let it go on: offsets, slot, publication."""
        if self._connect.status(self._definition.name) is not None:
            self._stop()
            self._connect.delete_offsets(self._definition.name)
            self._connect.delete(self._definition.name)
        self._database.drop_slot()
        self._database.unpublish()

    def _go_on(self, seen: Observation) -> None:
        self._database.publish(self._definition.published)
        self._connect.configure(self._definition.name, self._definition.config)
        if seen.failed:
            self._stop()
        if seen.failed or seen.state != "RUNNING":
            self._connect.resume(self._definition.name)

    def _create(self) -> None:
        """Make the connector where there is none: stopped, since its offsets may have outlived the last one."""
        if self._connect.status(self._definition.name) is None:
            self._connect.create_stopped(self._definition.name, self._definition.config)

    def _stop(self) -> None:
        def stopped() -> None:
            status = self._connect.status(self._definition.name)
            if status is None or status["connector"]["state"] != "STOPPED" or status["tasks"]:
                raise LateError(f"{self._definition.name} does not stop")

        self._connect.stop(self._definition.name)
        patiently(stopped, self._patience)


@contextmanager
def in_hand(definition: Definition, connect: Connect, patience: float, say: Say) -> Iterator[Lifecycle]:
    """Take a connector in hand, and keep other commands from it meanwhile."""
    with source_database(definition, patience) as database:
        database.lock()
        yield Lifecycle(definition, connect, database, patience, say)


def wait_until_working(
    definitions: Iterable[Definition], connect: Connect, patience: float, show: Callable[[Iterable[Observation]], None]
) -> None:
    """Wait until each connector snapshots its database or reads its changes.

    Raises:
        ConnectorsError: a line for each that failed, with the cause; or for each that does not work in time.
    """
    with ExitStack() as databases:
        watched = [(each, databases.enter_context(source_database(each, patience))) for each in definitions]

        def look() -> None:
            seen = [observe(definition, connect, database) for definition, database in watched]
            show(seen)
            problems = "\n".join(each.fault for each in seen if each.fault)
            if any(each.failed and each.snapshot is not Snapshot.FINISHED for each in seen):
                raise UnfinishedError(problems)
            if any(each.failed for each in seen):
                raise ConnectorsError(problems)
            if problems:
                raise LateError(problems)

        patiently(look, patience)
