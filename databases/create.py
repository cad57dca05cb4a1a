"""Brings databases, roles and tables up to this version, as the user that each URL names."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extensions import encrypt_password, parse_dsn
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from databases.connection import RefusedError, UnreachableError, address, connect, failure
from databases.migrate import change, migrate
from databases.tables import TABLES
from settings import Database, Role, database_variable, settings

log = logging.getLogger(__name__)

MAINTENANCE = "postgres"  # every server has it
WAIT = 30.0  # seconds that a server which is just starting is given
LOCK = 0x1A5A  # any number that no one else locks; see `server`

SHOP_ROLES = (Role.GENERATOR, Role.CDC)
WAREHOUSE_ROLES = (Role.WAREHOUSE, Role.DASHBOARD)


def create(which: Iterable[Database] = Database, wait: float = WAIT) -> None:
    """Bring the databases up to this version: make what is missing, apply the migrations that they have not had.

    Several processes may call this at once, and while the shop is busy.

    Args:
        which: the databases to make, by default all five.
        wait: the seconds for which to try a server that does not answer.

    Raises:
        UnreachableError: where a server did not answer in that time.
        RefusedError: where the URL's user may not log in or may not create, or where a migration fails.
        MigrationError: where a database is newer than this version, or a migration was changed after it was applied.
    """
    for database in which:
        patience = Retrying(
            retry=retry_if_exception_type(UnreachableError),
            wait=wait_exponential(multiplier=0.2, max=2),
            stop=stop_after_delay(wait),
            before_sleep=partial(say_once, wait=wait),
            reraise=True,
        )
        patience(create_one, database)


def say_once(state: RetryCallState, wait: float) -> None:
    """Say what is waited for, before the first wait."""
    if state.attempt_number == 1 and state.outcome is not None:
        fields = {"event": "waiting", "seconds": wait}
        log.warning("%s; trying for %.0f s", state.outcome.exception(), wait, extra=fields)


def create_one(database: Database) -> None:
    """Bring one database up to this version."""
    try:
        name = parse_dsn(settings().database_url(database)).get("dbname")
        if name is None:
            raise RefusedError(f"{database_variable(database)} names no database: it ends in {address(database)}")
        with server(database) as maintenance:
            create_database(maintenance, name)
            if database is Database.DWH:
                create_roles(maintenance, script("dwh/roles.sql"), WAREHOUSE_ROLES)
                repeat = partial(repeat_warehouse, name=name)
            else:
                create_roles(maintenance, script("roles.sql"), SHOP_ROLES)
                repeat = partial(repeat_shop, tables=TABLES[database])
            with closing(connect(database)) as connection:
                migrate(database, connection)
                with change(database, connection) as cursor:
                    repeat(cursor)
    except psycopg2.Error as error:
        raise failure(database, error) from None


@contextmanager
def server(database: Database) -> Iterator[Connection]:
    """Lend a connection to a database's server that only one creator has at a time.

    Roles and grants are single rows of the catalogue: two that write one at once fail.
    """
    with closing(connect(database, dbname=MAINTENANCE)) as connection:
        connection.autocommit = True  # CREATE DATABASE cannot run in a transaction
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield connection


def create_roles(connection: Connection, definition: sql.SQL, roles: Iterable[Role]) -> None:
    """Make the jobs' roles, with the passwords that are set."""
    with connection.cursor() as cursor:
        cursor.execute(definition)
        for role in roles:
            password = settings().password(role)
            if password is not None:
                verifier = encrypt_password(password.get_secret_value(), role.value, connection, "scram-sha-256")
                cursor.execute(script("password.sql").format(role=sql.Identifier(role), verifier=sql.Literal(verifier)))


def create_database(connection: Connection, name: str) -> None:
    """Make a database, if there is none of that name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def repeat_shop(cursor: Cursor, tables: tuple[str, ...]) -> None:
    """Make what is no table: functions and triggers for change data capture, and what each role may do.

    A table that has what it needs is not altered: ALTER TABLE would wait for the end of a snapshot that reads the
    table, and the shop would wait behind it.
    """
    cursor.execute(script("capture.sql").format(names=sql.SQL(", ").join(map(sql.Literal, tables))))
    cursor.execute(
        script("grants.sql").format(
            tables=sql.SQL(", ").join(map(sql.Identifier, tables)),
            sequences=sql.SQL(", ").join(sql.Identifier(f"{table}_id_seq") for table in tables),
        )
    )


def repeat_warehouse(cursor: Cursor, name: str) -> None:
    """Make the views of a warehouse of this name, and what each role may do."""
    for views in ("report", "live"):
        cursor.execute(script(f"dwh/{views}.sql"))
    cursor.execute(script("dwh/grants.sql").format(database=sql.Identifier(name)))


def script(name: str) -> sql.SQL:
    """Return a file of SQL that stands beside this one."""
    return sql.SQL((Path(__file__).parent / name).read_text())
