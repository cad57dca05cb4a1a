"""A history of a small shop, as the records that Debezium would write of it. Drawn by chance, the same for a seed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from spark.warehouse.load import UNREADABLE, Change

BEGIN = datetime(2026, 3, 28, tzinfo=UTC)
BEGIN_MS = int(BEGIN.timestamp() * 1000)
HOUR_MS = 3_600_000
PARTITIONS = 2, 3
"""Before and after the topics get one more, in the middle: some keys move."""
LENGTH = 150  # steps: so many that most rows are written several times
STEPS = {"write": 80, "delete": 6, "snapshot": 8, "spoil": 3}


def key(chance: Random) -> int:
    return chance.randint(1, 3)


def moment(chance: Random) -> str:
    return (BEGIN + timedelta(hours=chance.randint(0, 2 * LENGTH))).isoformat()


ROWS: dict[str, Callable[[Random], dict[str, Any]]] = {
    "customer": lambda chance: {
        "name": 'A "quoted", \\ name\n',
        "country": chance.choice(["DE", "FR"]),
        "segment": "vip",
        "created_at": BEGIN.isoformat(),
    },
    "product": lambda chance: {
        "name": "Lamp",
        "category": "home",
        "brand": "Lumio",
        "price": "19.99",
        "cost": chance.choice(["9.50", "10.25"]),
        "created_at": BEGIN.isoformat(),
    },
    "transaction": lambda chance: {
        "customer_id": key(chance),
        "status": chance.choice(["pending", "paid", "delivered", "cancelled"]),
        "payment_method": "card",
        "channel": "web",
        "country": "DE",
        "currency": "EUR",
        "total_amount": "1.00",
        "created_at": moment(chance),
    },
    "transactiondetail": lambda chance: {
        "transaction_id": key(chance),
        "product_id": key(chance),
        "quantity": chance.randint(1, 3),
        "unit_price": "19.99",
    },
    "interaction": lambda chance: {
        "customer_id": key(chance),
        "session_id": "s",
        "product_id": chance.choice([None, key(chance)]),
        "type": chance.choice(["view", "cart"]),
        "created_at": moment(chance),
    },
    "stock": lambda chance: {
        "product_id": key(chance),
        "warehouse": "Lyon",
        "quantity": chance.randint(0, 5),
        "reorder_level": 3,
        "unit_cost": "9.50",
        "updated_at": moment(chance),
    },
    "carrier": lambda _: {"name": "DHL", "country": "DE", "created_at": BEGIN.isoformat()},
    "shipment": lambda chance: {
        "transaction_id": key(chance),
        "carrier_id": key(chance),
        "status": "created",
        "promised_at": moment(chance),
        "delivered_at": chance.choice([None, moment(chance)]),
        "created_at": BEGIN.isoformat(),
    },
}


def records(chance: Random) -> list[Change]:
    """Draw a history: rows are written and deleted, some while no one looks, and new snapshots are taken."""
    partitions = PARTITIONS[0]
    there: dict[str, dict[int, str]] = {topic: {} for topic in ROWS}
    offsets: dict[tuple[str, int], int] = {}
    log: list[Change] = []
    now = latest = BEGIN_MS
    grown_at = 0

    def write(topic: str, partition: int, op: str, id: int | None = None, row: str | None = None) -> None:  # noqa: A002
        offset = offsets[topic, partition] = offsets.get((topic, partition), -1) + 1
        log.append(Change(topic, partition, offset, op, id, None if op == UNREADABLE else now, row))

    for number in range(LENGTH):
        latest = max(latest, now)
        if number == LENGTH // 2:
            partitions, grown_at = PARTITIONS[1], latest + HOUR_MS
        # Several changes at once, and a clock that goes back; not to before the topics grew.
        now = max(grown_at, now + chance.randint(-1, 5) * HOUR_MS)
        topic, id = chance.choice(list(ROWS)), key(chance)  # noqa: A001
        rows = there[topic]
        (step,) = chance.choices(list(STEPS), list(STEPS.values()))
        if step == "write":
            row = json.dumps({"id": id, **ROWS[topic](chance), "a_new_column": 1})
            write(topic, id % partitions, "u" if id in rows else "c", id, row)
            rows[id] = row
        elif step == "delete" and id in rows:
            write(topic, id % partitions, "d", id, rows.pop(id))
        elif step == "snapshot":
            for partition in range(partitions):
                write(topic, partition, "reset")
            rows.pop(id, None)  # deleted while no one looked
            now += HOUR_MS
            for each, row in rows.items():
                write(topic, each % partitions, "r", each, row)
        elif step == "spoil":
            write(topic, id % partitions, UNREADABLE)
    return log
