"""A connection to one of the databases, and what to say when there is none."""

import re
from typing import Any

import psycopg2
import psycopg2.errors
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from settings import Database, Role, database_variable, settings, variable

CONNECT_TIMEOUT = 5  # seconds

# A server that answers, but not yet: worth waiting for, like one that does not answer.
NOT_YET = ("starting up", "shutting down", "recovery mode", "accepting connections", "too many")

OLDER = (psycopg2.errors.UndefinedTable, psycopg2.errors.UndefinedColumn)
"""What a job meets if it is newer than the database that it uses."""


class DatabaseError(Exception):
    """A database cannot be used. The message is one line with its address and the variable that sets it."""


class UnreachableError(DatabaseError):
    """The server does not answer, or not yet: it may later."""


class RefusedError(DatabaseError):
    """The server answers and says no: to the address, the user, the password or what that user wants to do."""


def connect(database: Database, role: Role | None = None, dbname: str | None = None) -> Connection:
    """Open a connection as a job's role, by default as the owner that the database's URL names.

    Args:
        database: which one.
        role: whose user and password to use, where that password is set.
        dbname: another database of the same server.

    Raises:
        UnreachableError: where trying again may help.
        RefusedError: where it does not.
    """
    overrides: dict[str, Any] = {"dbname": dbname} if dbname else {}
    try:
        connection: Connection = psycopg2.connect(
            settings().database_url(database, role),
            connect_timeout=CONNECT_TIMEOUT,
            application_name="instashop",
            options="-c TimeZone=UTC",
            **overrides,
        )
    except psycopg2.Error as error:
        raise failure(database, error, role) from None
    return connection


def bound_waits(cursor: Cursor, seconds: float, *, for_session: bool = False) -> None:
    """Wait for each lock at most so long, and raise `psycopg2.errors.LockNotAvailable` then.

    Args:
        cursor: whose transaction is meant.
        seconds: how long, to the millisecond; 0: as long as it takes.
        for_session: whether its session's later transactions are meant as well.
    """
    cursor.execute("SELECT set_config('lock_timeout', %s, %s)", [f"{round(seconds * 1000)}ms", not for_session])


def failure(database: Database, error: psycopg2.Error, role: Role | None = None) -> DatabaseError:
    """Return an error of the driver as one line for whoever has to set things right."""
    setting = database_variable(database)
    reason = re.sub("^connection to server .* failed: (FATAL: )?", "", str(error).partition("\n")[0]).strip()
    if isinstance(error, psycopg2.ProgrammingError) and error.pgcode is None:
        reason = "the URL cannot be read"  # the driver quotes the part that it does not understand: maybe a password
    if isinstance(error, psycopg2.errors.LockNotAvailable):
        reason = "a snapshot or a long transaction holds a table that is to be changed"
    if role is not None and "password" in reason:
        setting = f"{setting} or {variable(f'{role.name.lower()}_password')}"
    if role is not None and isinstance(error, psycopg2.OperationalError) and not may_pass(error):
        setting = f"{setting}; python -m databases makes the databases and roles that are missing"
    if role is not None and isinstance(error, OLDER):
        setting = f"{setting}; python -m databases brings an older database up to this version"
    message = f"PostgreSQL {database.value} at {address(database)}: {reason or type(error).__name__} (see {setting})"
    return UnreachableError(message) if may_pass(error) else RefusedError(message)


def may_pass(error: psycopg2.Error) -> bool:
    """Say whether an error is about the connection and may be gone on another try."""
    if not isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError):
        return False
    text = str(error)
    refused = "FATAL" in text or "no password supplied" in text
    return not refused or any(sign in text for sign in NOT_YET)


def address(database: Database) -> str:
    """Return where a database is, as ``host:port/name``, without user and password."""
    scheme, separator, rest = settings().database_url(database).partition("://")
    if not separator or not scheme.startswith("postgres"):
        return "an address that is no postgresql:// URL"  # not repeated: who knows where its password stands
    return rest.rpartition("@")[2].partition("?")[0]
