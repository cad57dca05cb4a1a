"""A drawn history of a small shop, as the records that Debezium would write of it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from spark.warehouse.load import UNREADABLE, Change

BEGIN = datetime(2026, 3, 28, tzinfo=UTC)
PARTITIONS = 2
IDS = st.integers(1, 3)
WHEN = st.integers(0, 60).map(lambda seconds: (BEGIN + timedelta(hours=seconds)).isoformat())
STATUSES = st.sampled_from(["pending", "paid", "delivered", "cancelled"])

ROWS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "customer": st.fixed_dictionaries(
        {
            "name": st.just('A "quoted", \\ name\n'),
            "country": st.sampled_from(["DE", "FR"]),
            "segment": st.just("vip"),
            "created_at": st.just(BEGIN.isoformat()),
        }
    ),
    "product": st.fixed_dictionaries(
        {
            "name": st.just("Lamp"),
            "category": st.just("home"),
            "brand": st.just("Lumio"),
            "price": st.just("19.99"),
            "cost": st.sampled_from(["9.50", "10.25"]),
            "created_at": st.just(BEGIN.isoformat()),
        }
    ),
    "transaction": st.fixed_dictionaries(
        {
            "customer_id": IDS,
            "status": STATUSES,
            "payment_method": st.just("card"),
            "channel": st.just("web"),
            "country": st.just("DE"),
            "currency": st.just("EUR"),
            "total_amount": st.just("1.00"),
            "created_at": WHEN,
        }
    ),
    "transactiondetail": st.fixed_dictionaries(
        {
            "transaction_id": IDS,
            "product_id": IDS,
            "quantity": st.integers(1, 3),
            "unit_price": st.just("19.99"),
        }
    ),
    "interaction": st.fixed_dictionaries(
        {
            "customer_id": IDS,
            "session_id": st.just("s"),
            "product_id": st.none() | IDS,
            "type": st.sampled_from(["view", "cart"]),
            "created_at": WHEN,
        }
    ),
    "stock": st.fixed_dictionaries(
        {
            "product_id": IDS,
            "warehouse": st.just("Lyon"),
            "quantity": st.integers(0, 5),
            "reorder_level": st.just(3),
            "unit_cost": st.just("9.50"),
            "updated_at": WHEN,
        }
    ),
    "carrier": st.fixed_dictionaries(
        {"name": st.just("DHL"), "country": st.just("DE"), "created_at": st.just(BEGIN.isoformat())}
    ),
    "shipment": st.fixed_dictionaries(
        {
            "transaction_id": IDS,
            "carrier_id": IDS,
            "status": st.just("created"),
            "promised_at": WHEN,
            "delivered_at": st.none() | WHEN,
            "created_at": st.just(BEGIN.isoformat()),
        }
    ),
}

STEPS = st.lists(
    st.tuples(
        st.sampled_from([*ROWS, "customer", "product", "transaction"]),
        IDS,
        st.sampled_from(["write", "write", "write", "delete", "unseen delete", "snapshot", "spoil"]),
    ),
    min_size=5,
    max_size=30,
)


@st.composite
def records(draw: st.DrawFn) -> list[Change]:
    """Draw a history: rows are written and deleted, some while no one looks, and new snapshots are taken."""
    there: dict[str, dict[int, str]] = {topic: {} for topic in ROWS}
    offsets: dict[tuple[str, int], int] = {}
    log: list[Change] = []
    now = int(BEGIN.timestamp() * 1000)

    def write(topic: str, partition: int, op: str, key: int | None = None, row: str | None = None) -> None:
        offset = offsets[topic, partition] = offsets.get((topic, partition), -1) + 1
        log.append(Change(topic, partition, offset, op, key, None if op == UNREADABLE else now, row))

    for topic, key, step in draw(STEPS):
        now += draw(st.integers(-1, 5)) * 3_600_000  # several changes at once, and a clock that goes back
        rows = there[topic]
        if step == "write":
            row = json.dumps({"id": key, **draw(ROWS[topic]), "a_new_column": 1})
            write(topic, key % PARTITIONS, "u" if key in rows else "c", key, row)
            rows[key] = row
        elif step == "delete" and key in rows:
            write(topic, key % PARTITIONS, "d", key, rows.pop(key))
        elif step == "unseen delete":
            rows.pop(key, None)
        elif step == "snapshot":
            for partition in range(PARTITIONS):
                write(topic, partition, "reset")
            for each, row in rows.items():
                write(topic, each % PARTITIONS, "r", each, row)
        elif step == "spoil":
            write(topic, key % PARTITIONS, UNREADABLE)
    return log
