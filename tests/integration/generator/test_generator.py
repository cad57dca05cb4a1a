"""The generator on a real PostgreSQL: what it leaves there is whole, whatever happens to it."""

import re
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from psycopg2 import sql

from databases import TABLES
from settings import Database, Settings
from tests.integration.shop import ShopDatabases, fresh, wait_for

LINE = re.compile(r"(\d+) events generated \((\d+) transactions, (\d+) behaviours\)")
FOREVER = ("--minutes", "60", "--rate", "0")


@pytest.fixture
def shop(stack: Settings) -> Iterator[ShopDatabases]:
    with fresh(stack) as databases:
        yield databases


def assert_whole(shop: ShopDatabases) -> None:
    wrong = """
        SELECT id FROM transaction WHERE total_amount IS DISTINCT FROM
            (SELECT sum(quantity * unit_price) FROM transactiondetail WHERE transaction_id = transaction.id)
    """
    assert shop.query(Database.INSTASHOP, wrong) == []
    orders = dict(shop.query(Database.INSTASHOP, "SELECT id, status FROM transaction"))
    shipments = Counter(order for (order,) in shop.query(Database.ECOMMERCE, "SELECT transaction_id FROM shipment"))
    assert set(shipments) <= set(orders)
    assert set(shipments.values()) <= {1}
    assert {order for order, status in orders.items() if status in ("shipped", "delivered")} <= set(shipments)
    products = shop.query(Database.INSTASHOP, "SELECT id FROM product")
    assert set(shop.query(Database.ERP, "SELECT product_id FROM stock")) == set(products)


def rows(shop: ShopDatabases) -> dict[str, list[str]]:
    """Return all rows of the shop but for their times."""
    times = "'created_at', 'updated_at', 'promised_at', 'delivered_at'"
    return {
        table: [row for (row,) in shop.query(database, statement)]
        for database, tables in TABLES.items()
        for table in tables
        for statement in [f"SELECT (to_jsonb(t) - ARRAY[{times}])::text FROM {table} AS t ORDER BY id"]  # noqa: S608
    }


def test_a_shop_is_made_from_nothing_and_its_run_can_be_repeated(shop: ShopDatabases, stack: Settings) -> None:
    said = shop.run("generator", "--events", "600", "--rate", "0", "--seed", "7")
    assert LINE.findall(said)[-1] == ("600", "420", "180")
    assert_whole(shop)
    with fresh(stack) as again:
        again.run("generator", "--events", "600", "--rate", "0", "--seed", "7")
        assert rows(again) == rows(shop)


def test_events_that_come_one_by_one_are_those_of_a_batch(shop: ShopDatabases, stack: Settings) -> None:
    shop.run("generator", "--events", "100", "--rate", "0", "--seed", "8")
    with fresh(stack) as slowly:
        slowly.run("generator", "--events", "100", "--rate", "60", "--seed", "8")
        assert rows(slowly) == rows(shop)


def test_ids_that_were_given_by_hand_are_passed_over(shop: ShopDatabases) -> None:
    shop.run("databases")
    shop.query(
        Database.INSTASHOP,
        "INSERT INTO customer (id, name, email, country)"
        " SELECT n, 'Ann', 'ann@example.com', 'DE' FROM generate_series(1, 60) AS n",
    )
    shop.run("generator", "--events", "300", "--rate", "0")
    assert_whole(shop)
    assert shop.query(Database.INSTASHOP, "SELECT count(*) FROM customer WHERE id <= 60") == [(60,)]


def test_what_someone_else_changes_is_read_anew(shop: ShopDatabases) -> None:
    process = shop.start("generator", *FOREVER)
    wait_for(process, "generated")
    shop.query(Database.ERP, "UPDATE stock SET quantity = 0")
    wait_for(process, "stock_quantity_check")
    wait_for(process, "generated")
    process.send_signal(signal.SIGINT)
    assert process.wait() == 0
    assert_whole(shop)


def test_the_past_is_filled_once(shop: ShopDatabases) -> None:
    today = datetime.now(UTC).date()
    past = [(today - timedelta(days=back),) for back in (3, 2, 1)]
    days = "SELECT DISTINCT (created_at AT TIME ZONE 'UTC')::date AS day FROM transaction ORDER BY day"
    shop.run("generator", "--history-days", "2", "--minutes", "0")
    assert shop.query(Database.INSTASHOP, days) == past[1:]
    filled = shop.query(Database.INSTASHOP, "SELECT count(*) FROM transaction")
    shop.run("generator", "--history-days", "2", "--minutes", "0")
    assert shop.query(Database.INSTASHOP, "SELECT count(*) FROM transaction") == filled
    shop.run("generator", "--history-days", "3", "--minutes", "0")
    assert shop.query(Database.INSTASHOP, days) == past
    assert_whole(shop)
    backwards = "SELECT id FROM shipment WHERE delivered_at < created_at OR updated_at < created_at"
    assert shop.query(Database.ECOMMERCE, backwards) == []


@pytest.mark.parametrize("lost", [Database.INSTASHOP, Database.ERP])
def test_a_database_that_goes_away_is_waited_for(shop: ShopDatabases, lost: Database) -> None:
    process = shop.start("generator", *FOREVER)
    wait_for(process, "generated")
    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    name = sql.Identifier(shop.name(lost))
    shop.maintain(allow.format(name, sql.SQL("false")))
    end = sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}")
    shop.maintain(end.format(sql.Literal(shop.name(lost))))
    wait_for(process, f"not currently accepting connections (see INSTASHOP_DB_{lost.name})")
    shop.maintain(allow.format(name, sql.SQL("true")))
    wait_for(process, "generated")
    process.send_signal(signal.SIGINT)
    assert process.wait() == 0
    assert_whole(shop)


def test_a_run_that_was_killed_is_gone_on_with(shop: ShopDatabases) -> None:
    for _ in range(3):
        process = shop.start("generator", *FOREVER)
        wait_for(process, "generated")
        process.kill()
        process.wait()
    shop.run("generator", "--events", "1500", "--rate", "0")
    assert_whole(shop)
