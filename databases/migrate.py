"""Numbered migrations of a database's tables: each file is applied once, in order, in a transaction of its own."""

import hashlib
import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg2
import psycopg2.errors
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from databases.connection import DatabaseError, UnreachableError, address, bound_waits, failure
from databases.tables import LOADING
from settings import Database

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
RECORD = (Path(__file__).parent / "migration.sql").read_text()

LOCK_TIMEOUT_S = 0.9
"""Longest wait for a table's lock. While an ALTER TABLE waits behind a snapshot, all writers wait behind the ALTER
TABLE. Less than PostgreSQL's deadlock_timeout of 1 s: in a deadlock the migration gives way, not the shop."""


LOAD_TIMEOUT_S = 30
"""Longest wait for a load of the warehouse. One takes seconds; the first of a new snapshot takes longer."""

LOAD_AT_WORK = "PostgreSQL {database} at {where}: a load of the warehouse is at work"


class MigrationError(DatabaseError):
    """The files of this checkout do not fit what a database has had. The message is one line."""


class Migration(NamedTuple):
    """A file of migrations, or the record of one that was applied."""

    number: int
    name: str
    checksum: str
    script: str = ""


def load(folder: Path) -> list[Migration]:
    """Return the migrations of a folder, ``NNNN_name.sql``, by their numbers."""
    files = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    scripts = [(file.name, file.read_text()) for file in files]
    return [Migration(int(name[:4]), name, hashlib.sha256(text.encode()).hexdigest(), text) for name, text in scripts]


def pending(migrations: Sequence[Migration], applied: Collection[Migration]) -> list[Migration]:
    """Return the migrations that a database has not had yet, in order.

    Args:
        migrations: those of this checkout, in order.
        applied: the database's record.

    Raises:
        MigrationError: if a file changed after it was applied, if the database has had one that this checkout lacks,
            or if a new one has a lower number than one that was applied.
    """
    known = {each.number: each for each in migrations}
    for each in applied:
        if each.number not in known:
            raise MigrationError(
                f"it has had migration {each.name}, which this version lacks: use the newer version that applied it, "
                "or restore a backup from before"
            )
        if each.checksum != known[each.number].checksum:
            raise MigrationError(
                f"migration {each.name} has changed since it was applied: restore the file and put the change into "
                "a new one"
            )
    done = {each.number for each in applied}
    rest = [each for each in migrations if each.number not in done]
    if rest and rest[0].number < max(done, default=0):
        raise MigrationError(f"migration {rest[0].name} comes before one that was applied: give it the next number")
    return rest


def migrate(database: Database, connection: Connection, folder: Path | None = None) -> list[str]:
    """Apply the migrations that a database has not had yet. The caller holds the lock of all creators.

    Args:
        database: which one.
        connection: to it, as its owner, with no transaction begun.
        folder: where its migrations are.

    Returns:
        The names of those that were applied.

    Raises:
        MigrationError: see `pending`.
        UnreachableError: if trying again may help: the connection was lost, or someone holds a table's lock.
        RefusedError: if a migration failed. The message names it, and the database is as it was before this file.
        psycopg2.Error: if the record cannot be read.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute(RECORD)
        applied = [Migration(*row) for row in cursor.fetchall()]
    try:
        missing = pending(load(folder or MIGRATIONS / database.value), applied)
    except MigrationError as error:
        raise MigrationError(f"PostgreSQL {database.value} at {address(database)}: {error}") from None
    for migration in missing:
        apply(database, connection, migration)
    return [migration.name for migration in missing]


def apply(database: Database, connection: Connection, migration: Migration) -> None:
    """Apply one migration and record it, both or neither."""
    try:
        with change(database, connection) as cursor:
            cursor.execute(migration.script)
            cursor.execute("INSERT INTO migration.applied (number, name, checksum) VALUES (%s, %s, %s)", migration[:3])
    except psycopg2.Error as error:
        told = failure(database, error)
        raise type(told)(f"{told}; migration {migration.name} was rolled back") from error
    fields = {"event": "migrated", "database": database.value, "migration": migration.name}
    log.info("%s: migration %s is applied", database.value, migration.name, extra=fields)


@contextmanager
def change(database: Database, connection: Connection) -> Iterator[Cursor]:
    """Lend a cursor for one transaction that changes tables: no load goes on, and no table is waited for long.

    Raises:
        UnreachableError: if a load of the warehouse does not end in time.
    """
    with connection, connection.cursor() as cursor:
        if database is Database.DWH:
            wait_for_load(cursor)
        bound_waits(cursor, LOCK_TIMEOUT_S)
        yield cursor


def wait_for_load(cursor: Cursor) -> None:
    """Keep loads of the warehouse out until the end of the transaction. The one that is at work may end first.

    Raises:
        UnreachableError: if it does not end in time.
    """
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOADING])
    if cursor.fetchone() == (True,):
        return
    said = LOAD_AT_WORK.format(database=Database.DWH.value, where=address(Database.DWH))
    log.info("%s; waiting %d s at most", said, LOAD_TIMEOUT_S, extra={"event": "waiting", "seconds": LOAD_TIMEOUT_S})
    bound_waits(cursor, LOAD_TIMEOUT_S)
    try:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOADING])
    except psycopg2.errors.LockNotAvailable:
        raise UnreachableError(f"{said} for more than {LOAD_TIMEOUT_S} s: stop Spark, or wait for its end") from None
