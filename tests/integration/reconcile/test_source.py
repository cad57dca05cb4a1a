"""How long a comparison may hold a snapshot, and wait for the heartbeat row."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from databases import connect
from reconcile import source
from reconcile.errors import NotComparable
from settings import Database, Role, settings

HALF_A_SECOND = "SELECT pg_sleep(0.5)"


@pytest.fixture
def longest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a snapshot last a second at most."""
    monkeypatch.setattr(source, "settings", lambda: settings().model_copy(update={"reconcile_longest": 1}))


@pytest.mark.usefixtures("stack", "longest")
def test_many_short_statements_do_not_hold_a_snapshot_for_longer_than_one_may() -> None:
    with pytest.raises(NotComparable, match="longer than 1 s"):
        ask(HALF_A_SECOND, 10)


def ask(statement: str, times: int) -> None:
    with source.session(Database.CRM, Role.CDC, is_snapshot=True) as cursor:
        for _ in range(times):
            cursor.execute(statement)


@pytest.mark.usefixtures("stack", "longest")
def test_a_statement_that_fails_can_be_rolled_back() -> None:
    with source.session(Database.CRM, Role.CDC, is_snapshot=True) as cursor:
        cursor.execute("SAVEPOINT asked")
        with pytest.raises(psycopg2.errors.UndefinedTable):
            cursor.execute("SELECT FROM no_such_table")
        cursor.execute("ROLLBACK TO SAVEPOINT asked")
        assert source.rows(cursor, "SELECT 7") == [(7,)]


@pytest.fixture
def held() -> Iterator[None]:
    """Have another session hold the heartbeat row."""
    source.mark(Database.CRM)
    with closing(connect(Database.CRM)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT FROM public.heartbeat FOR UPDATE")
        yield


@pytest.mark.usefixtures("stack", "held")
def test_a_heartbeat_row_that_is_held_is_told_as_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LOCK_PATIENCE_S", 0.2)
    with pytest.raises(NotComparable, match="another session holds the heartbeat row"):
        source.mark(Database.CRM)
