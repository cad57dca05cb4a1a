"""The merges, on a real PostgreSQL: whatever the order of the records, the tables are what the records say."""

from collections.abc import Iterator
from contextlib import closing
from itertools import count
from random import Random
from typing import Any

import psycopg2.errors
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from databases.connection import bound_waits
from databases.migrate import MIGRATIONS
from databases.tables import LOADING
from settings import Database, Role, Settings
from spark.verify import checks
from spark.warehouse.kafka import APART, adopt
from spark.warehouse.load import Batch, Change, load
from spark.warehouse.rows import ROWS
from tests.integration.shop import ShopDatabases, fresh
from tests.integration.spark import warehouse_timeline
from tests.integration.spark.warehouse_model import Model
from tests.integration.spark.warehouse_timeline import BEGIN_MS, HOUR_MS, LENGTH, records

SPAN_MS = 12 * LENGTH * HOUR_MS
"""Longer than a drawn history lasts."""

CHECKPOINTS = count()
FACTS = ("fact_sales", "fact_interaction", "fact_stock", "fact_shipment")
FALSIFIED = {
    "fact_sales": "quantity = quantity + 1",
    "fact_interaction": "type = 'falsified'",
    "fact_stock": "quantity = quantity + 1",
    "fact_shipment": "status = 'falsified'",
}


@pytest.fixture(scope="module")
def warehouse(stack: Settings) -> Iterator[ShopDatabases]:
    with fresh(stack) as databases:
        databases.run("databases")
        yield databases


@pytest.fixture(scope="module")
def connection(warehouse: ShopDatabases) -> Iterator[Connection]:
    with closing(psycopg2.connect(warehouse.url(Database.DWH, Role.WAREHOUSE), options="-c TimeZone=UTC")) as opened:
        yield opened


def select(connection: Connection, statement: str) -> list[tuple[Any, ...]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def empty(connection: Connection) -> None:
    staging = [
        f"staging.{name}"
        for (name,) in select(connection, "SELECT tablename FROM pg_tables WHERE schemaname = 'staging'")
    ]
    with connection, connection.cursor() as cursor:
        for table in (*FACTS, *staging, "dim_date"):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        for table, key in (("customer", "customer_key"), ("product", "product_key"), ("carrier", "carrier_key")):
            cursor.execute(f"DELETE FROM dim_{table} WHERE {key} <> 0")  # noqa: S608


def load_all(connection: Connection, batches: list[list[Change]]) -> None:
    checkpoint = f"checkpoint {next(CHECKPOINTS)}"
    for number, batch in enumerate(batches):
        assert load(connection, Batch("warehouse", checkpoint, number), batch) == len(batch)


TABLES = {
    "dim_customer": """
        SELECT customer_id, country, is_deleted, valid_from, valid_to FROM dim_customer WHERE customer_key <> 0""",
    "dim_product": """
        SELECT product_id, cost::text, is_deleted, valid_from, valid_to FROM dim_product WHERE product_key <> 0""",
    "fact_sales": """
        SELECT line_id, date_key, status, is_revenue, revenue, margin, fact.is_deleted,
            customer.customer_id, customer.valid_from, product.product_id, product.valid_from
        FROM fact_sales AS fact
        JOIN dim_customer AS customer USING (customer_key)
        JOIN dim_product AS product USING (product_key)""",
    "fact_interaction": """
        SELECT interaction_id, date_key, type, fact.is_deleted,
            customer.customer_id, customer.valid_from, product.product_id, product.valid_from
        FROM fact_interaction AS fact
        JOIN dim_customer AS customer USING (customer_key)
        LEFT JOIN dim_product AS product USING (product_key)""",
    "fact_stock": """
        SELECT stock_id, quantity, fact.is_deleted, product.product_id, valid_from
        FROM fact_stock AS fact JOIN dim_product AS product USING (product_key)""",
    "fact_shipment": "SELECT shipment_id, carrier_key, status, is_deleted FROM fact_shipment",
}


def shown(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {table: sorted(select(connection, statement), key=repr) for table, statement in TABLES.items()}


def everything(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows, with the keys that they have, but for when they were loaded."""
    tables = (*FACTS, "dim_customer", "dim_product", "dim_carrier", "dim_date", *(f"staging.{name}" for name in ROWS))
    return {table: sorted(select(connection, f"SELECT * FROM {table}"), key=repr) for table in tables}  # noqa: S608


def expected(changes: list[Change]) -> dict[str, list[tuple[Any, ...]]]:
    model = Model(changes)
    tables = {
        "dim_customer": model.dimension("customer", "country"),
        "dim_product": model.dimension("product", "cost"),
        "fact_sales": model.sales(),
        "fact_interaction": model.interactions(),
        "fact_stock": model.stock(),
        "fact_shipment": model.shipments(),
    }
    return {table: sorted(rows, key=repr) for table, rows in tables.items()}


def positions(connection: Connection) -> dict[tuple[str, int], int]:
    """Return how far each partition is said to be loaded."""
    rows = select(connection, "SELECT topic, kafka_partition, kafka_offset FROM staging.position")
    return {(topic, partition): offset for topic, partition, offset in rows}


def last_offsets(changes: list[Change]) -> dict[tuple[str, int], int]:
    """Return the greatest offset of each partition."""
    found: dict[tuple[str, int], int] = {}
    for each in changes:
        found[each.topic, each.partition] = max(each.offset, found.get((each.topic, each.partition), -1))
    return found


@pytest.mark.parametrize("seed", range(15))
def test_any_order_of_records_ends_in_the_tables_that_they_say(connection: Connection, seed: int) -> None:
    chance = Random(seed)
    changes = records(chance)
    chance.shuffle(shuffled := list(changes))
    cuts = sorted(chance.sample(range(len(changes)), 6))
    batches = [shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(changes)], strict=True)]
    empty(connection)

    load_all(connection, batches)

    assert shown(connection) == expected(changes)
    with connection:
        failed = {each.name for each in checks.CHECKS if checks.run(connection, each).failures}
    assert failed <= {"lines_have_their_order"}  # as not every order is in a drawn history
    unreadable = sum(change.op == "unreadable" for change in changes)
    assert select(connection, "SELECT count(*) FROM staging.unreadable") == [(unreadable,)]

    assert positions(connection) == last_offsets(changes)

    contents = everything(connection)
    load_all(connection, batches[::-1])  # all of it again, with a new checkpoint
    assert everything(connection) == contents
    assert positions(connection) == last_offsets(changes)


@pytest.mark.parametrize("seed", range(5))
def test_the_positions_follow_from_the_rows(
    warehouse: ShopDatabases, connection: Connection, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """As the migration takes it, of a warehouse whose loader kept none. Its topics have not got more partitions."""
    monkeypatch.setattr(warehouse_timeline, "PARTITIONS", (3, 3))
    changes = records(Random(seed))
    empty(connection)
    load_all(connection, [changes[:200], changes[200:]])
    loaded = positions(connection)
    assert loaded == last_offsets(changes)
    script = (MIGRATIONS / "dwh_db" / "0002_position.sql").read_text()
    warehouse.query(Database.DWH, "DELETE FROM staging.position; " + script[script.index("INSERT") :])  # noqa: S608
    assert positions(connection) == loaded


@pytest.mark.parametrize("seed", range(4, 9))  # in whose histories each fact has rows that are there in the end
def test_a_new_snapshot_makes_facts_right_that_were_changed_by_hand(connection: Connection, seed: int) -> None:
    """Its records have new offsets, so each row is made anew. To load the same records once more mends nothing."""
    changes = records(Random(seed))
    empty(connection)
    load_all(connection, [changes])
    truth = everything(connection)
    with connection, connection.cursor() as cursor:
        for fact, falsified in FALSIFIED.items():
            cursor.execute(f"UPDATE {fact} SET {falsified} WHERE NOT is_deleted")  # noqa: S608
    wrong = everything(connection)
    assert all(wrong[fact] != truth[fact] for fact in FALSIFIED)
    load_all(connection, [changes])
    again = everything(connection)
    assert all(again[fact] == wrong[fact] for fact in FALSIFIED if fact != "fact_stock")  # which a product may touch

    snapshot = resync(connection, changes)
    load_all(connection, [snapshot])
    assert shown(connection) == expected([*changes, *snapshot])
    assert everything(connection)["fact_sales"] == truth["fact_sales"]


def resync(connection: Connection, said: list[Change]) -> list[Change]:
    """Return what `python -m connectors resync` writes: a reset of each partition, and all rows that there are."""
    ends, now_ms = last_offsets(said), BEGIN_MS + SPAN_MS
    snapshot = [Change(*place, end + 1, "reset", None, now_ms, None) for place, end in ends.items()]
    rows = {(each.topic, each.id): each.row for each in said}
    for topic in ROWS:
        living = f"SELECT kafka_partition, id FROM staging.{topic} WHERE NOT is_deleted"  # noqa: S608
        for partition, key in select(connection, living):
            offset = ends[topic, partition] + 1 + key
            snapshot.append(Change(topic, partition, offset, "r", key, now_ms + HOUR_MS, rows[topic, key]))
    return snapshot


@pytest.mark.parametrize("seed", range(3))
def test_another_kafka_begins_with_a_snapshot(connection: Connection, seed: int) -> None:
    """Its offsets are those of records that were loaded from the one before; rows were deleted in between."""
    empty(connection)
    chance, clock = Random(seed), BEGIN_MS + SPAN_MS
    said: list[Change] = []
    for generation in range(3):
        assert adopt(connection, f"cluster {generation}", clock) is (generation > 0)
        if generation:
            said = [*map(apart, said), *resets(said, clock)]
        news = later(records(chance), clock) if generation else records(chance)
        load_all(connection, [news[:80], news[80:]])
        said += news
        clock += SPAN_MS
        present = [each for each in said if each.partition >= 0]
        assert {place: at for place, at in positions(connection).items() if place[1] >= 0} == last_offsets(present)
        assert not adopt(connection, f"cluster {generation}", clock)
        assert shown(connection) == expected(said)


def apart(change: Change) -> Change:
    """Return a record as one of an earlier Kafka."""
    return change._replace(partition=change.partition - APART)


def resets(said: list[Change], now_ms: int) -> list[Change]:
    """Return the end of each partition of an earlier Kafka."""
    partitions = {(each.topic, each.partition - APART) for each in said}
    return [Change(topic, partition, 10**6, "reset", None, now_ms, None) for topic, partition in partitions]


def later(changes: list[Change], now_ms: int) -> list[Change]:
    """Return a history that begins after a time, and with a snapshot: what is first said of a row was read by it."""
    known: set[tuple[str, int | None]] = set()
    shifted = []
    for each in changes:
        is_first = each.id is not None and (each.topic, each.id) not in known
        known.add((each.topic, each.id))
        moved = None if each.ts_ms is None else each.ts_ms - BEGIN_MS + now_ms + HOUR_MS
        shifted.append(each._replace(ts_ms=moved, op="r" if is_first else each.op))
    return shifted


def test_a_batch_is_loaded_once_for_a_checkpoint(connection: Connection) -> None:
    empty(connection)
    spoiled = Change("carrier", 0, 7, "unreadable", None, None, None)

    assert load(connection, Batch("warehouse", "one", 3), [spoiled]) == 1
    assert load(connection, Batch("warehouse", "one", 3), [spoiled]) is None
    assert load(connection, Batch("warehouse", "one", 2), [spoiled]) is None
    assert load(connection, Batch("warehouse", "another", 0), [spoiled]) == 1


def test_a_position_never_moves_back_and_is_not_taken_for_another_kafkas(connection: Connection) -> None:
    empty(connection)
    first, later = (Change("carrier", 0, offset, "unreadable", None, None, None) for offset in (3, 7))
    adopt(connection, "one", BEGIN_MS)
    for number, change in enumerate((later, first)):  # as with a checkpoint that is older than the warehouse
        load(connection, Batch("warehouse", f"checkpoint {number}", 0), [change])
        assert positions(connection) == {("carrier", 0): 7}
    adopt(connection, "another", BEGIN_MS)
    assert positions(connection) == {("carrier", -APART): 7}
    load(connection, Batch("warehouse", "new", 0), [first])
    assert positions(connection)["carrier", 0] == 3


def test_a_load_says_when_it_has_waited_for_a_lock(warehouse: ShopDatabases, connection: Connection) -> None:
    empty(connection)
    change = Change("carrier", 0, 7, "unreadable", None, None, None)
    with closing(psycopg2.connect(warehouse.url(Database.DWH, Role.WAREHOUSE))) as another:
        with another, another.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOADING])
            wait_at_most(connection, 1)
            with pytest.raises(psycopg2.errors.LockNotAvailable):
                load(connection, Batch("warehouse", "one", 0), [change])
        assert positions(connection) == {}
        assert load(connection, Batch("warehouse", "one", 0), [change]) == 1
    wait_at_most(connection, 0)


def wait_at_most(connection: Connection, seconds: int) -> None:
    with connection, connection.cursor() as cursor:
        bound_waits(cursor, seconds, for_session=True)


def test_rows_that_break_leave_nothing_behind(connection: Connection) -> None:
    empty(connection)
    error = OSError("the executor is gone")

    def breaking() -> Iterator[Change]:
        yield Change("carrier", 0, 7, "unreadable", None, None, None)
        raise error

    with pytest.raises(OSError, match="the executor is gone"):
        load(connection, Batch("warehouse", "one", 0), breaking())
    assert select(connection, "SELECT * FROM staging.loaded_batch") == []
    assert load(connection, Batch("warehouse", "one", 0), []) == 0
