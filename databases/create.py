"""Makes databases, roles and tables where they are missing, as the user that each URL names."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extensions import encrypt_password, parse_dsn
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from databases.connection import RefusedError, UnreachableError, address, connect, failure
from databases.tables import LOADING, TABLES, WAREHOUSE_SCRIPTS
from settings import Database, Role, database_variable, settings

log = logging.getLogger(__name__)

MAINTENANCE = "postgres"  # every server has it
WAIT = 30.0  # seconds that a server which is just starting is given
LOCK = 0x1A5A  # any number that no one else locks; see `server`

SHOP_ROLES = (Role.GENERATOR, Role.CDC)
WAREHOUSE_ROLES = (Role.WAREHOUSE, Role.DASHBOARD)


def create(which: Iterable[Database] = Database, wait: float = WAIT) -> None:
    """Make what is missing of the databases. What is there already stays as it is.

    Several processes may call this at once, and while the shop is busy.

    Args:
        which: the databases to make, by default all five.
        wait: the seconds for which to try a server that does not answer.

    Raises:
        UnreachableError: where a server did not answer in that time.
        RefusedError: where the URL's user may not log in or may not create.
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
    """Make what is missing of one database."""
    try:
        name = parse_dsn(settings().database_url(database)).get("dbname")
        if name is None:
            raise RefusedError(f"{database_variable(database)} names no database: it ends in {address(database)}")
        with server(database) as maintenance:
            create_database(maintenance, name)
            if database is Database.DWH:
                create_roles(maintenance, script("dwh/roles.sql"), WAREHOUSE_ROLES)
                make = partial(create_warehouse, name=name)
            else:
                create_roles(maintenance, script("roles.sql"), SHOP_ROLES)
                make = partial(create_tables, tables=TABLES[database], definition=script(f"{database.value}.sql"))
            with closing(connect(database)) as connection, connection:
                make(connection)
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


def create_tables(connection: Connection, tables: tuple[str, ...], definition: sql.SQL) -> None:
    """Make the tables that are missing, and grant what each role needs.

    Where none is missing, nothing is altered: ALTER TABLE would wait for the end of a snapshot that reads the
    table, and the shop would wait behind it.
    """
    names = [*tables, "heartbeat"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT bool_and(to_regclass(name) IS NOT NULL) FROM unnest(%s) AS name", [names])
        complete = cursor.fetchone() == (True,)
        if not complete:
            cursor.execute(definition)
            cursor.execute(script("heartbeat.sql"))
            cursor.execute(script("capture.sql").format(names=sql.SQL(", ").join(map(sql.Literal, tables))))
        cursor.execute(
            script("grants.sql").format(
                tables=sql.SQL(", ").join(map(sql.Identifier, tables)),
                sequences=sql.SQL(", ").join(sql.Identifier(f"{table}_id_seq") for table in tables),
            )
        )


def create_warehouse(connection: Connection, name: str) -> None:
    """Make what is missing of the warehouse's tables, and its views anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOADING])
        for each in WAREHOUSE_SCRIPTS:
            cursor.execute(script(f"dwh/{each}.sql"))
        cursor.execute(script("dwh/grants.sql").format(database=sql.Identifier(name)))


def script(name: str) -> sql.SQL:
    """Return a file of SQL that stands beside this one."""
    return sql.SQL((Path(__file__).parent / name).read_text())
