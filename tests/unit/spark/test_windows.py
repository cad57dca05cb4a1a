"""The queries on static frames: the same functions as on streams."""

import json
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from spark import behaviour, categories, transactions
from spark.source import change_events
from spark.windows import activity

NOON = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp())

Row = dict[str, Any] | None


def change(op: str, before: Row, after: Row, second: float) -> dict[str, Any]:
    source = {"ts_ms": int((NOON + second) * 1000), "lsn": 1}
    return {"op": op, "before": before, "after": after, "source": source, "a_new_field": {}}


def order(status: str, amount: str) -> Row:
    return {"status": status, "total_amount": amount, "a_new_column": 1}


def did(session_id: str, kind: str) -> Row:
    return {"session_id": session_id, "type": kind}


def records(spark: SparkSession, values: list[str]) -> DataFrame:
    later = datetime.fromtimestamp(NOON + 3600, UTC)
    return spark.createDataFrame(
        [(value, 0, offset, later) for offset, value in enumerate(values)],
        "value string, partition int, offset long, timestamp timestamp",
    )


def windows(frame: DataFrame, compose: Any) -> dict[int, dict[str, Any]]:
    """Return what each window shows, by its start in seconds after noon."""
    groups: dict[int, list[dict[str, Any]]] = {}
    for row in frame.collect():
        assert row["end"] - row["start"] == 30
        groups.setdefault(row["start"] - NOON, []).append(row.asDict(recursive=True))
    return {start: compose(rows) for start, rows in groups.items()}


def test_orders(spark: SparkSession) -> None:
    events = [
        change("r", None, order("paid", "1000.00"), 0),
        change("reset", None, None, 0),
        change("c", None, order("paid", "10.01"), 0),
        change("c", None, order("pending", "0.02"), 29.999),
        change("u", order("paid", "10.01"), order("shipped", "12.00"), 30),
        change("u", order("shipped", "12.00"), order("shipped", "11.00"), 31),
        change("u", order("shipped", "11.00"), order("refunded", "11.00"), 65),
        change("d", order("refunded", "11.00"), None, 66),
    ]
    frame = change_events(
        records(spark, [json.dumps(event) for event in events]), transactions.ORDER, transactions.is_order
    )
    assert windows(transactions.transactions(activity(frame)), transactions.compose) == {
        0: {
            "count": 2,
            "revenue": "10.01",
            "average_order_value": "5.02",
            "by_status": {"pending": 1, "paid": 1},
        },
        30: {"count": 0, "revenue": "0.99", "average_order_value": "0.00", "by_status": {"shipped": 1}},
        60: {"count": 0, "revenue": "-11.00", "average_order_value": "0.00", "by_status": {"refunded": 1}},
    }


def test_categories(spark: SparkSession) -> None:
    def item(name: str, sign: int, product_id: int, quantity: int, cents: int, second: float, op: str = "c") -> str:
        line = {"id": name, "product_id": product_id, "product": f"P{product_id}", "category": f"C{product_id % 2}"}
        amounts = {"quantity": quantity, "revenue_cents": cents, "sign": sign}
        return json.dumps(line | amounts | {"op": op, "ts_ms": int((NOON + second) * 1000)})

    frame = categories.items(
        records(
            spark,
            [
                item("a", 1, 1, 2, 1000, 1),
                item("b", 1, 2, 5, 500, 2),
                item("c", 1, 3, 1, 500, 3),
                item("d", -1, 1, 2, 1000, 4, "u"),
                item("e", 1, 1, 3, 1500, 4, "u"),
                item("f", 1, 1, 9, 9999, 5, "r"),
                item("g", -1, 2, 5, 500, 31, "d"),
            ],
        )
    )
    shown = windows(categories.categories(activity(frame)), categories.compose)
    assert shown[0] == {
        "categories": {
            "C0": {"product_sales": 5, "category_revenue": "5.00", "share": 0.2},
            "C1": {"product_sales": 4, "category_revenue": "20.00", "share": 0.8},
        },
        "top_products": [
            {"product_id": 1, "product": "P1", "category": "C1", "units": 3, "revenue": "15.00"},
            {"product_id": 2, "product": "P2", "category": "C0", "units": 5, "revenue": "5.00"},
            {"product_id": 3, "product": "P3", "category": "C1", "units": 1, "revenue": "5.00"},
        ],
    }
    assert shown[30]["categories"] == {"C0": {"product_sales": -5, "category_revenue": "-5.00", "share": None}}


def test_behaviour(spark: SparkSession) -> None:
    events = [
        # buys, in order
        change("c", None, did("a", "view"), 1),
        change("c", None, did("a", "cart"), 1),
        change("c", None, did("a", "purchase"), 2),
        # buys without a cart after the view
        change("c", None, did("b", "cart"), 3),
        change("c", None, did("b", "view"), 4),
        change("c", None, did("b", "purchase"), 5),
        # views, and comes back in the next window
        change("c", None, did("c", "view"), 29),
        change("c", None, did("c", "cart"), 31),
        # is corrected, and taken back
        change("u", did("b", "purchase"), did("d", "review"), 32),
        change("d", did("c", "cart"), None, 33),
    ]
    frame = change_events(
        records(spark, [json.dumps(event) for event in events]), behaviour.INTERACTION, behaviour.is_interaction
    )
    assert windows(behaviour.behaviour(activity(frame)), behaviour.compose) == {
        0: {
            "by_type": {"view": 3, "cart": 2, "purchase": 2},
            "sessions": 3,
            "funnel": {"view": 3, "cart": 1, "purchase": 1},
            "conversion": 0.3333,
        },
        30: {
            "by_type": {"purchase": -1, "review": 1},
            "sessions": 1,
            "funnel": {"view": 0, "cart": 0, "purchase": 0},
            "conversion": 0.0,
        },
    }


def test_what_is_unreadable(spark: SparkSession) -> None:
    good = change("c", None, order("paid", "10.00"), 0)
    hour_after = 3600 + 61  # of the records, and more than clocks may differ
    bad = {
        "no JSON": "\x00\xff",
        "no object": "[]",
        "no operation": json.dumps(good | {"op": "x"}),
        "no row": json.dumps(good | {"after": None}),
        "no former row": json.dumps(good | {"op": "u"}),
        "no time": json.dumps(good | {"source": {}}),
        "a time that no timestamp holds": json.dumps(good | {"source": {"ts_ms": 2**62}}),
        "a time to come": json.dumps(change("c", None, order("paid", "10.00"), hour_after)),
        "no such status": json.dumps(good | {"after": order("teleported", "10.00")}),
        "no amount": json.dumps(good | {"after": {"status": "paid"}}),
        "an amount of another type": json.dumps(good | {"after": {"status": "paid", "total_amount": [1]}}),
        "an amount out of range": json.dumps(good | {"after": order("paid", "10000000000.00")}),
    }
    frame = change_events(records(spark, [json.dumps(good), *bad.values()]), transactions.ORDER, transactions.is_order)
    said = [row["is_readable"] for row in frame.orderBy("offset").collect()]
    assert dict(zip(["good", *bad], said, strict=True)) == {"good": True} | dict.fromkeys(bad, False)
