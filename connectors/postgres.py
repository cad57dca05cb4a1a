"""The captured database: its publication, its replication slot, and the guard of its snapshots."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

import databases
from connectors.definitions import Definition
from connectors.errors import ConnectorsError, LateError, patiently
from settings import SOURCES

T = TypeVar("T")

SCRIPTS = {path.stem: path.read_text() for path in (Path(__file__).parent / "sql").glob("*.sql")}
RELEASE = 30.0  # seconds in which a slot's reader that was cut off is gone


@dataclass(frozen=True)
class Slot:
    """What a replication slot is doing."""

    active: bool
    """Whether a connector reads from it now."""
    lost: bool
    """Whether the server gave up WAL that the slot still needed."""
    kept_bytes: int
    """The WAL that the server keeps for it."""
    spare_bytes: int | None = None
    """The WAL that may yet be written before the server gives the slot up; None where it has no limit."""

    @property
    def endangered(self) -> bool:
        """Whether more than half of what the server would keep for it is used up."""
        return self.spare_bytes is not None and self.kept_bytes > self.spare_bytes


class SourceDatabase:
    """The database of one connector, as its owner. Made by `source_database`."""

    def __init__(self, definition: Definition, connection: Connection, patience: float) -> None:
        """Take an open connection, and the seconds for which to wait for another command."""
        self._definition = definition
        self._connection = connection
        self._patience = patience

    def lock(self) -> None:
        """Keep every other command that changes this connector out for as long as this connection lasts."""

        def attempt() -> None:
            if self._select("lock") != [(True,)]:
                raise LateError(f"another python -m connectors is at work on {self._definition.name}")

        patiently(attempt, self._patience, aloud=True)

    def slot(self) -> Slot | None:
        """Return the connector's slot, or none where there is none."""
        rows = self._select("slot", slot=self._definition.slot)
        return Slot(*rows[0]) if rows else None

    def drop_slot(self) -> None:
        """Drop the connector's slot, so that no WAL is kept for it. Who still reads from it is cut off."""

        def attempt() -> None:
            try:
                rows = self._select("drop_slot", slot=self._definition.slot)
            except psycopg2.errors.ObjectInUse:
                rows = [(True,)]
            if rows and rows[0][0]:
                raise LateError(f"the replication slot {self._definition.slot} does not become free")

        patiently(attempt, RELEASE)

    def published(self) -> set[str]:
        """Return the tables of the connector's publication; none where there is no publication."""
        return {table for (table,) in self._select("published", publication=self._definition.publication)}

    def publish(self, tables: Sequence[str]) -> None:
        """Make the connector's publication one of exactly these tables."""
        self._execute(
            "publish",
            publication=sql.Identifier(self._definition.publication),
            tables=sql.SQL(", ").join(sql.Identifier(*table.split(".")) for table in tables),
        )

    def unpublish(self) -> None:
        """Drop the connector's publication, if there is one."""
        self._execute("unpublish", publication=sql.Identifier(self._definition.publication))

    def guard_snapshots(self) -> None:
        """Make the function that refuses a snapshot which would not be exact."""
        self._execute("snapshot_guard")

    def wal_position(self) -> int:
        """Return the LSN up to which the server has written, as Debezium counts it."""
        position: int = self._select("wal_position")[0][0]
        return position

    def _select(self, script: str, **values: object) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(SCRIPTS[script], values)
            return cursor.fetchall()

    def _execute(self, script: str, **identifiers: sql.Composable) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql.SQL(SCRIPTS[script]).format(**identifiers))


@contextmanager
def source_database(definition: Definition, patience: float) -> Iterator[SourceDatabase]:
    """Lend a connector's database, as the owner that its URL names.

    Raises:
        ConnectorsError: where it does not answer for `patience` seconds, or refuses.
    """
    database = definition.database
    connection = patiently(lambda: _attempt(lambda: databases.connect(database)), patience, aloud=True)
    try:
        with closing(connection):
            connection.autocommit = True
            yield SourceDatabase(definition, connection, patience)
    except psycopg2.Error as error:
        raise ConnectorsError(str(databases.failure(database, error))) from error


def create_databases(patience: float) -> None:
    """Make what is missing of the shop's databases.

    Raises:
        ConnectorsError: where one does not answer for `patience` seconds, or refuses.
    """
    patiently(lambda: _attempt(lambda: databases.create(SOURCES, wait=0)), patience, aloud=True)


def _attempt(call: Callable[[], T]) -> T:
    try:
        return call()
    except databases.UnreachableError as error:
        raise LateError(str(error)) from error
    except databases.DatabaseError as error:
        raise ConnectorsError(str(error)) from error
