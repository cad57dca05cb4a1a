"""One of the shop's databases: its markers, and a snapshot with what SQL says in it."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path as File
from time import monotonic
from typing import Any, NamedTuple

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ, TRANSACTION_STATUS_INERROR
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from databases.connection import address, bound_waits, connect, failure
from reconcile.errors import NotComparable
from reconcile.numbers import Numbers
from reconcile.visibility import Snapshot
from settings import Database, Role, settings, variable

FOLDER = File(__file__).parent
MARKER, SNAPSHOT = ((FOLDER / "sql" / f"{name}.sql").read_text() for name in ("marker", "snapshot"))


LOCK_PATIENCE_S = 5
"""For the heartbeat row, which each writer locks until it commits: the connector takes moments."""
MARK_PATIENCE_S = 10
"""For a marker as a whole."""


class Seen(NamedTuple):
    """What a database says in one snapshot.

    Attributes:
        snapshot: Which transactions it sees.
        now: When the snapshot was taken, by the database's clock: what "today" is.
        may_wait_for_standby: Whether a committed transaction stays invisible until a synchronous standby has it.
        truth: What the documents should say.
    """

    snapshot: Snapshot
    now: datetime
    may_wait_for_standby: bool
    truth: Numbers


def mark(database: Database) -> int:
    """Write a marker, and return the id of its transaction, of 64 bits.

    Raises:
        DatabaseError: where the database cannot be asked.
        NotComparable: where it is a standby, or the marker cannot be written in time.
    """
    with session(database, Role.CDC) as cursor:
        refuse_standby(cursor, database)
        try:
            return write_marker(cursor)
        except psycopg2.errors.LockNotAvailable as error:
            raise NotComparable("another session holds the heartbeat row") from error
        except psycopg2.errors.QueryCanceled as error:
            raise NotComparable(f"a marker was not written within {MARK_PATIENCE_S} s") from error


def write_marker(cursor: Cursor) -> int:
    """Write a marker in the transaction of a cursor, and return the id of that.

    Raises:
        LockNotAvailable: where another transaction holds the row for longer than `LOCK_PATIENCE_S`.
        QueryCanceled: where it takes longer than `MARK_PATIENCE_S`.
    """
    bound_waits(cursor, LOCK_PATIENCE_S)
    cursor.execute(f"SET LOCAL statement_timeout = '{MARK_PATIENCE_S}s'")
    cursor.execute(MARKER)
    return int(cursor.fetchall()[0][0])


def look(database: Database) -> Seen:
    """Take a snapshot, and ask for the truth in it.

    Raises:
        DatabaseError: where the database cannot be asked.
        NotComparable: where it is a standby, or asking takes too long.
    """
    with session(database, Role.CDC, is_snapshot=True) as cursor:
        refuse_standby(cursor, database)
        cursor.execute(SNAPSHOT)
        [(snapshot, now, waits)] = cursor.fetchall()
        return Seen(Snapshot.parse(snapshot), now, waits, numbers(cursor, truth_of(database)))


def truth_of(database: Database) -> str:
    """Return the statement that computes a database's numbers in SQL: rows of a path and a value."""
    return (FOLDER / "truth" / f"{database.value}.sql").read_text()


def numbers(cursor: Cursor, statement: str) -> Numbers:
    """Run a statement of paths and values."""
    return {tuple(path): value for path, value in rows(cursor, statement)}


def refuse_standby(cursor: Cursor, database: Database) -> None:
    """Refuse a standby: its snapshots do not list the transactions that are open on the primary."""
    cursor.execute("SELECT pg_is_in_recovery()")
    if cursor.fetchall() == [(True,)]:
        where = f"PostgreSQL {database.value} at {address(database)}"
        raise NotComparable(f"{where} is a standby, which does not tell what is open: name its primary")


@contextmanager
def session(database: Database, role: Role, *, is_snapshot: bool = False) -> Iterator[Cursor]:
    """Lend a cursor in one transaction, which is committed in the end.

    Args:
        database: which one.
        role: as whom.
        is_snapshot: whether all statements see one snapshot, and none may write. Vacuum is held back as long as it
            lasts, so it ends after ``INSTASHOP_RECONCILE_LONGEST`` seconds, however many statements it runs.

    Raises:
        DatabaseError: where the database cannot be asked.
        NotComparable: where asking takes too long.
    """
    try:
        with closing(connect(database, role)) as connection, connection:
            if is_snapshot:
                connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
                connection.cursor_factory = partial(Hurried, deadline=monotonic() + settings().reconcile_longest)
            with connection.cursor() as cursor:
                yield cursor
    except psycopg2.errors.QueryCanceled as error:
        raise NotComparable(_too_long()) from error
    except psycopg2.Error as error:
        raise failure(database, error, role) from error


class Hurried(Cursor):
    """A cursor each of whose statements may take what its transaction has left until a deadline."""

    def __init__(self, *args: Any, deadline: float) -> None:
        """Take the driver's arguments, and the deadline by `time.monotonic`."""
        super().__init__(*args)
        self._deadline = deadline

    def execute(self, query: Any, arguments: Any = None) -> None:
        """Run a statement.

        Raises:
            NotComparable: where nothing is left.
            QueryCanceled: where it takes longer than that.
        """
        if self.connection.info.transaction_status != TRANSACTION_STATUS_INERROR:  # else only a rollback is allowed
            left_ms = int(1000 * (self._deadline - monotonic()))
            if left_ms <= 0:
                raise NotComparable(_too_long())
            super().execute("SET LOCAL statement_timeout = %s", [left_ms])
        super().execute(query, arguments)


def _too_long() -> str:
    return f"SQL took longer than {settings().reconcile_longest} s ({variable('reconcile_longest')})"


def rows(cursor: Cursor, statement: str) -> Sequence[tuple[Any, ...]]:
    """Run a statement, and return its rows."""
    cursor.execute(statement)
    return cursor.fetchall()
