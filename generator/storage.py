"""The shop's four databases as the generator sees them: it reads, it writes, and waits for one that goes away."""

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from databases import DatabaseError, UnreachableError, address, connect, failure
from databases.patience import until_reachable
from generator.operations import Operation
from generator.plan import Statement, Transaction, plan
from settings import Database, Role

log = logging.getLogger(__name__)

T = TypeVar("T")

PAGE = 1_000  # rows in one statement: so many that round trips no longer count

LONGEST_WAIT = 2  # seconds between two tries to reach a database


class ConflictError(DatabaseError):
    """Someone else changed the shop, so that what was decided no longer fits it."""


class Storage:
    """The four databases, each with a connection of its own that is opened anew when it is lost."""

    def __init__(self, stop: Event) -> None:
        """Take an event that ends all waiting."""
        self._connections: dict[Database, Connection] = {}
        self._patience = until_reachable(stop, log, first=0.1, longest=LONGEST_WAIT)

    def read(self, database: Database, query: str | sql.Composable, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query.

        Raises:
            UnreachableError: where the waiting was ended.
            RefusedError: where the database refuses the query.
        """

        def attempt(connection: Connection) -> list[tuple[Any, ...]]:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, values)
                return cursor.fetchall()

        return self._patience(self._try, database, attempt)

    def write(self, operations: Iterable[Operation]) -> int:
        """Write operations, each database's in one transaction, and return how many rows that were.

        Raises:
            ConflictError: where rows are no longer as the operations expect them. Some databases may have committed.
            UnreachableError: where the waiting was ended.
            RefusedError: where the database refuses a statement.
        """
        rows = 0
        for transaction in plan(operations):
            self._patience(self._try, transaction.database, Commit(transaction))
            rows += sum(len(statement.rows) for statement in transaction.statements)
        return rows

    def close(self) -> None:
        """Close all connections."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _try(self, database: Database, attempt: Callable[[Connection], T]) -> T:
        """Do something with a database's connection, once."""
        if database not in self._connections:
            self._connections[database] = connect(database, Role.GENERATOR)
        try:
            return attempt(self._connections[database])
        except psycopg2.IntegrityError as error:
            self._connections[database].rollback()
            raise ConflictError(str(error).partition("\n")[0]) from None
        except psycopg2.Error as error:
            self._connections.pop(database).close()
            raise failure(database, error, Role.GENERATOR) from None


class Commit:
    """A transaction that is tried until it is committed, and never committed twice.

    A connection that is lost during COMMIT does not tell how that ended. The transaction's number does.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._number: int | None = None

    def __call__(self, connection: Connection) -> None:
        """Commit, unless an earlier try did."""
        with connection.cursor() as cursor:
            if self._number is not None and self._committed(cursor, self._number):
                return
            for statement in self._transaction.statements:
                execute_values(cursor, compose(statement), statement.rows, page_size=PAGE)
            cursor.execute(script("transaction_number.sql"))
            (self._number,) = cursor.fetchone() or (None,)
            connection.commit()

    def _committed(self, cursor: Cursor, number: int) -> bool:
        """Say how an earlier try ended."""
        cursor.execute(script("transaction_status.sql"), {"number": number})
        (status,) = cursor.fetchone() or (None,)
        if status == "in progress":
            database = self._transaction.database
            raise UnreachableError(f"PostgreSQL {database.value} at {address(database)} still ends a transaction")
        return bool(status == "committed")


def compose(statement: Statement) -> sql.Composed:
    """Return the SQL of a statement, with ``%s`` in the place of its rows."""
    assignments = [sql.SQL("{0} = change.{0}").format(sql.Identifier(column)) for column in statement.columns[1:]]
    return script(f"{statement.kind}.sql").format(
        table=sql.Identifier(statement.table),
        columns=sql.SQL(", ").join(map(sql.Identifier, statement.columns)),
        changes=sql.SQL(", ").join(assignments),
    )


def script(name: str) -> sql.SQL:
    """Return a file of SQL of the generator."""
    return sql.SQL((Path(__file__).parent / "sql" / name).read_text())
