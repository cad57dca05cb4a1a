"""The comparison on the living shop: exact whatever transactions do meanwhile, and it names what is false."""

import asyncio
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from aiokafka import AIOKafkaProducer
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class
from redis import Redis

from databases import connect
from kafka_client import aiokafka_options
from settings import SOURCES, Database, Role, settings
from tests.faults.test_worker import CHANGELOG
from tests.pipeline import (
    Background,
    assert_exact,
    connectors,
    generate,
    load,
    metrics,
    read,
    status,
    wait_until,
    wait_until_more_is_counted,
    worker,
)

if TYPE_CHECKING:
    from reconcile.outcome import Outcome

ADD = "INSERT INTO customer (name, email, country) VALUES ('Someone', 'someone@shop.example', 'PT')"
OF_ONE_RUN_S = 120
KEYS = {"staging.transaction": "id", "fact_stock": "stock_id"}


def compare() -> "list[Outcome]":
    from reconcile.comparison import Comparison  # makes the Faust app, which reads where the services are

    with Redis.from_url(settings().redis_url) as redis:
        return Comparison(SOURCES, redis, OF_ONE_RUN_S).run()


def assert_equal() -> int:
    """Compare, see that there is no difference, and return how many records were not counted yet."""
    outcomes = compare()
    assert [outcome.reason for outcome in outcomes] == [None] * len(SOURCES)
    assert [difference for outcome in outcomes for difference in outcome.differences] == []
    assert all(outcome.numbers for outcome in outcomes)
    return sum(outcome.waiting for outcome in outcomes)


@contextmanager
def session(*statements: str) -> Iterator[Cursor]:
    """Have a connection in autocommit that has run some statements."""
    with closing(connect(Database.INSTASHOP, Role.GENERATOR)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        for statement in statements:
            cursor.execute(statement)
        yield cursor


def test_no_transaction_makes_a_difference_while_the_shop_is_busy() -> None:
    with worker() as counting, load(rate=60), ExitStack() as sessions:
        wait_until_more_is_counted()
        assert_equal()

        parts = "SAVEPOINT kept", ADD, "RELEASE kept", "SAVEPOINT lost", ADD, "ROLLBACK TO lost", "SAVEPOINT again", ADD
        within = sessions.enter_context(session("BEGIN", ADD, *parts))
        sessions.enter_context(session("BEGIN", ADD, "PREPARE TRANSACTION 'reconcile'"))
        assert_equal()

        within.execute("COMMIT")
        within.execute("COMMIT PREPARED 'reconcile'")
        assert_equal()

        within.execute("SET synchronous_commit = off")
        within.execute(ADD)
        assert_equal()

        counting.process.send_signal(signal.SIGSTOP)
        generate(events=200)
        assert assert_equal() > 0
        counting.process.send_signal(signal.SIGCONT)

    with worker():
        assert_exact()


def test_what_is_counted_before_it_is_visible_is_taken_out() -> None:
    """A commit that waits for a synchronous standby is decoded and counted, and no snapshot sees it."""
    with worker():
        assert_exact()
        counted = metrics("customers")["count"]
        with standby_that_is_away():
            waiting = Thread(target=add)
            waiting.start()
            wait_until(lambda: metrics("customers")["count"] == counted + 1)
            assert waiting.is_alive()
            assert_equal()
        waiting.join()
        assert_equal()


def add() -> None:
    with session("SET synchronous_commit = on", ADD):
        pass


@contextmanager
def standby_that_is_away() -> Iterator[None]:
    """Have commits wait for a standby that never comes: of those sessions alone that ask for it."""
    with closing(connect(Database.INSTASHOP)) as owner, owner.cursor() as cursor:
        owner.autocommit = True
        for statement in (
            "ALTER SYSTEM SET synchronous_commit = local",
            "ALTER SYSTEM SET synchronous_standby_names = 'nobody'",
            "SELECT pg_reload_conf()",
        ):
            cursor.execute(statement)
        try:
            yield
        finally:
            for setting in ("synchronous_standby_names", "synchronous_commit"):
                cursor.execute(f"ALTER SYSTEM RESET {setting}")
            cursor.execute("SELECT pg_reload_conf()")


def test_a_snapshot_that_would_hold_back_vacuum_for_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from reconcile import source
    from reconcile.errors import NotComparable

    monkeypatch.setattr(source, "settings", lambda: settings().model_copy(update={"reconcile_longest": 1}))
    with (
        pytest.raises(NotComparable, match=r"longer than 1 s .*INSTASHOP_RECONCILE_LONGEST"),
        source.session(Database.CRM, Role.CDC, is_snapshot=True) as cursor,
    ):
        cursor.execute("SELECT pg_sleep(60)")


def test_a_new_snapshot_is_told_as_the_reason_and_then_compared() -> None:
    with worker():
        assert_exact()
    connectors("resync", "crm-connector")
    outcome = next(outcome for outcome in compare() if outcome.name is Database.CRM)
    assert (outcome.reason or "").startswith("new snapshot ")
    with worker():
        wait_until(lambda: not any(each.reason for each in compare()), every=1)
        assert_equal()


def test_a_document_that_is_false_is_named_though_the_totals_are_right() -> None:
    with worker():
        assert_exact()
    key = "metrics:customers"
    with Redis.from_url(settings().redis_url) as redis:
        published = redis.get(key)
        document = json.loads(published)
        # The worker may have been stopped after a write and before it published.
        redis.hset("mirror:versions", key, redis.get("mirror:version"))
        assert_equal()
        redis.set(key, json.dumps(document | {"count": document["count"] + 1}))
        try:
            found = [difference for outcome in compare() for difference in outcome.differences]
        finally:
            redis.set(key, published)
    assert found == [((key, "count"), document["count"] + 1, document["count"])]


def test_the_numbers_of_another_version_are_not_taken_for_false() -> None:
    from app.keys import OWNER  # as above

    with worker():
        assert_exact()
    with Redis.from_url(settings().redis_url) as redis:
        owner = redis.get(OWNER) or b""
        for of_another, reason in ((owner + b"x", "of another version"), (None, "no worker has written")):
            redis.set(OWNER, of_another) if of_another else redis.delete(OWNER)
            for outcome in compare():
                assert (outcome.numbers, outcome.differences) == (0, ())
                assert reason in str(outcome.reason)
        redis.set(OWNER, owner)
    assert_equal()


def test_the_watch_names_a_partial_that_is_false_and_says_when_it_is_right_again() -> None:
    with worker():
        generate(events=100)
        assert_exact()
    orders = metrics("transactions")["count"]
    key, value, partition = asyncio.run(newest_partial())
    offset, amount = json.loads(value)
    asyncio.run(send(key, [offset, amount + 1], partition))
    try:
        with worker(), ExitStack() as then:
            wait_until(lambda: metrics("transactions")["count"] == orders + 1)
            watching = then.enter_context(watch())
            wait_until(lambda: status("reconcile")["differences"])
            document = status("reconcile")
            (named,) = (each for each in differences() if each["path"] == "transactions count")
            assert int(named["shown"]) == int(named["truth"]) + 1
            assert watching.said(f"the first is dashboard transactions: {named['shown']}, should be {named['truth']}")
            assert document["differences"] == len(differences()) == 2  # the page shows this number twice
            assert document["every_seconds"] == 1
    finally:
        asyncio.run(send(key, [offset, amount], partition))
    with worker(), ExitStack() as then:
        wait_until(lambda: metrics("transactions")["count"] == orders)
        watching = then.enter_context(watch())
        wait_until(lambda: not status("reconcile")["differences"])
        assert watching.said("no number differs from SQL any more")


def watch() -> Background:
    return Background(sys.executable, "-m", "connectors", "watch", INSTASHOP_RECONCILE_EVERY="1")


def differences() -> list[dict[str, str]]:
    return [difference for database in status("reconcile")["databases"] for difference in database["differences"]]


async def newest_partial() -> tuple[bytes, bytes, int]:
    """Return the newest record of the count of orders of one partition: its key, its value, and where it stands."""
    counts = [record for record in await read(CHANGELOG) if json.loads(record.key)[1:] == ["transactions", "count"]]
    newest = max(counts, key=lambda record: int(json.loads(record.value)[0]))
    return newest.key, newest.value, newest.partition


async def send(key: bytes, entry: list[int], partition: int) -> None:
    async with AIOKafkaProducer(**aiokafka_options()) as producer:
        await producer.send_and_wait(CHANGELOG, json.dumps(entry).encode(), key, partition)


@pytest.mark.timeout(600)
def test_a_row_of_the_warehouse_that_is_false_is_named() -> None:
    generate(events=100)
    spark = (sys.executable, "-m", "spark", "--log-level", "WARN", "--query", "warehouse", "--once")
    with Background(*spark) as loading:
        wait_until(lambda: not loading.runs)
    assert of_the_warehouse().reason is None
    assert of_the_warehouse().differences == ()

    with falsified("staging.transaction", "total_amount", "NOT is_deleted AND status = 'cancelled'"):
        named = {difference.path[:2] for difference in of_the_warehouse().differences}
    assert named == {("orders", "amount_by_day_and_status")}

    with falsified("fact_stock", "quantity", "NOT is_deleted"):
        named = {difference.path[:2] for difference in of_the_warehouse().differences}
    assert named == {("fact_stock", "units"), ("fact_stock", "amount")}
    assert of_the_warehouse().differences == ()


def of_the_warehouse() -> "Outcome":
    from reconcile.comparison import Comparison

    with Redis.from_url(settings().redis_url) as redis:
        return Comparison(tuple(Database), redis, OF_ONE_RUN_S).run()[-1]


@contextmanager
def falsified(table: str, column: str, condition: str) -> Iterator[None]:
    """Have a number of one row be too large within a block."""
    with closing(connect(Database.DWH)) as owner, owner.cursor() as cursor:
        owner.autocommit = True
        cursor.execute(f"SELECT {KEYS[table]} FROM {table} WHERE {condition} LIMIT 1")  # noqa: S608
        [(row_id,)] = cursor.fetchall()
        change = f"UPDATE {table} SET {column} = {column} + %s WHERE {KEYS[table]} = %s"  # noqa: S608
        cursor.execute(change, [5, row_id])
        try:
            yield
        finally:
            cursor.execute(change, [-5, row_id])
