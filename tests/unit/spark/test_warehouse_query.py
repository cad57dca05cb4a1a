"""What is read of a record for the warehouse, and what of a batch is loaded, on static frames."""

import json
import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from threading import Event
from typing import Any
from unittest.mock import MagicMock

import pytest
from psycopg2.errors import LockNotAvailable
from pyspark.sql import DataFrame, SparkSession

from databases.patience import until_reachable
from spark.standing import Standing
from spark.warehouse import query
from spark.warehouse.load import UNREADABLE, Batch, Change
from spark.warehouse.query import changes, needed
from spark.warehouse.rows import ACCEPTED, ROWS, columns

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)

PRODUCT: dict[str, Any] = {
    "id": 7,
    "name": "3M [tape]",
    "category": "home",
    "brand": 'A "quoted" \\ brand\n',
    "price": "1250.50",
    "cost": "0.07",
    "created_at": "2026-01-02T03:04:05.123456Z",
}


def event(op: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    return json.dumps({"op": op, "before": before, "after": after, "source": {"lsn": 1, "ts_ms": NOW_MS}})


def parse(spark: SparkSession, *values: str, topic: str = "product") -> list[Change]:
    records = spark.createDataFrame(
        [(value, 0, offset, NOW) for offset, value in enumerate(values)],
        "value string, partition int, offset long, timestamp timestamp",
    )
    return [Change._make(row) for row in changes(records, topic).collect()]


def test_a_row_arrives_to_the_cent_and_the_microsecond_without_what_is_not_kept(spark: SparkSession) -> None:
    [change] = parse(spark, event("c", None, PRODUCT | {"a_new_column": {"x": 1}}))

    assert change[:6] == ("product", 0, 0, "c", 7, NOW_MS)
    assert change.row is not None
    row = json.loads(change.row, parse_float=Decimal)
    created_at = datetime.fromisoformat(row.pop("created_at"))
    price, cost = Decimal(row.pop("price")), Decimal(row.pop("cost"))
    assert (price, cost) == (Decimal("1250.50"), Decimal("0.07"))
    assert created_at == datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)
    assert row == {name: PRODUCT[name] for name in ("id", "name", "category", "brand")}


def test_a_delete_brings_the_row_that_it_took_and_a_reset_none(spark: SparkSession) -> None:
    deleted, reset = parse(spark, event("d", PRODUCT, None), event("reset", None, None))

    assert (deleted.op, deleted.id) == ("d", 7)
    assert deleted.row is not None
    assert json.loads(deleted.row)["name"] == PRODUCT["name"]
    assert reset[3:] == ("reset", None, NOW_MS, None)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", 0),
        ("id", "seven"),
        ("name", ""),
        ("name", "nul\0"),
        ("category", None),
        ("category", ["home"]),
        ("category", 5),
        ("category", True),
        ("price", "ten"),
        ("price", "10000000000.00"),
        ("created_at", "yesterday"),
        ("created_at", "+20000-01-01T00:00:00Z"),
    ],
)
def test_a_value_that_no_table_holds_makes_a_record_unreadable(spark: SparkSession, column: str, value: object) -> None:
    [change] = parse(spark, event("c", None, PRODUCT | {column: value}))
    assert change == Change("product", 0, 0, UNREADABLE, None, None, None)


def test_what_is_no_change_event_is_unreadable(spark: SparkSession) -> None:
    records = ["no JSON", "[]", event("x", None, PRODUCT), event("u", None, PRODUCT), event("c", None, {"id": 7})]
    assert {change.op for change in parse(spark, *records)} == {UNREADABLE}


def test_of_a_row_the_last_change_is_loaded_and_of_what_has_a_history_all(spark: SparkSession) -> None:
    batch: DataFrame = spark.createDataFrame(
        [
            Change("stock", 0, 4, "u", 1, 0, "{}"),
            Change("stock", 0, 5, "d", 1, 0, "{}"),
            Change("stock", 0, 6, "reset", None, 0, None),
            Change("stock", 0, 7, "reset", None, 0, None),
            Change("stock", 1, 2, "c", 2, 0, "{}"),
            Change("product", 0, 1, "c", 1, 0, "{}"),
            Change("product", 0, 2, "u", 1, 0, "{}"),
        ],
        "topic string, partition int, offset long, op string, id long, ts_ms long, row string",
    )
    kept = {(row["topic"], row["offset"]) for row in needed(batch).collect()}
    assert kept == {("stock", 5), ("stock", 6), ("stock", 7), ("stock", 2), ("product", 1), ("product", 2)}


def test_what_is_left_out_of_a_batch_is_never_a_partitions_last_record(spark: SparkSession) -> None:
    """So the last offset that is loaded says how far the partition is."""
    chance = Random(7)
    records = [
        Change(
            chance.choice(["stock", "product"]), chance.randint(0, 2), offset, "u", chance.choice([1, 2, None]), 0, "{}"
        )
        for offset in range(60)
    ]
    columns = "topic string, partition int, offset long, op string, id long, ts_ms long, row string"

    def last(rows: Iterable[Change]) -> dict[tuple[str, int], int]:
        return {(row.topic, row.partition): row.offset for row in sorted(rows, key=lambda row: row.offset)}

    kept = [Change._make(row) for row in needed(spark.createDataFrame(records, columns)).collect()]
    assert len(kept) < len(records)
    assert last(kept) == last(records)


def test_a_batch_that_is_loaded_after_a_wait_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for as long as the database is away or locked, it does not cease to say so."""
    standing, seen = Standing(), list[str | None]()
    locked: Iterator[bool] = iter([True, True, False])

    def adopt(*_: object) -> None:
        seen.append(standing.waiting)
        if next(locked):
            raise LockNotAvailable

    connection = MagicMock()
    monkeypatch.setattr(query, "connect", lambda *_: connection)
    monkeypatch.setattr(query, "adopt", adopt)
    monkeypatch.setattr(query, "load", lambda *_: seen.append(standing.waiting))
    patience = until_reachable(Event(), logging.getLogger(), first=0, longest=0, tell=standing.wait_for)
    with standing.at_work():
        patience(query.store, "cluster", Batch("warehouse", "one", 0), MagicMock(), standing)
    assert [each and "has held a lock" in each for each in seen] == [None, True, True, None]


def test_accepted_values_are_of_columns_that_are_kept() -> None:
    assert all(column in columns(topic) for topic, column in ACCEPTED)
    assert all(columns(topic)[0] == "id" for topic in ROWS)
