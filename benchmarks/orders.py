"""The change events of a shop's ``transaction`` table, as Debezium writes them. Pure, and the same every time."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from generator.vocabulary import CHANNELS, COUNTRIES, CURRENCY, PAYMENT_METHODS

SEED = 3
CREATE, UPDATE, DELETE = "c", "u", "d"
OPERATIONS = {CREATE: 60, UPDATE: 36, DELETE: 4}
NEXT = {"pending": "paid", "paid": "shipped", "shipped": "delivered", "delivered": "refunded", "refunded": "refunded"}
MOVING = 10_000
"""Orders that may still be changed. Those before them stay as they are."""

DAYS = 30
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

Row = dict[str, Any]


class Record(NamedTuple):
    """A record of the topic."""

    key: bytes
    value: bytes


def records(count: int) -> Iterator[Record]:
    """Yield the records of a shop that lives for `DAYS` days, in the order of their commits."""
    rng = random.Random(SEED)
    moving: list[Row] = []
    for number in range(1, count + 1):
        now = BEGIN + number * timedelta(days=DAYS) / count
        operation = _choose(rng, OPERATIONS) if moving else CREATE
        index = rng.randrange(len(moving)) if moving else 0
        before = None if operation == CREATE else moving[index]
        after: Row | None = None
        if operation == CREATE:
            after = _placed(rng, number, now)
            if len(moving) < MOVING:
                moving.append(after)
            else:
                moving[index] = after
        elif operation == UPDATE:
            after = moving[index] = _moved(moving[index], now)
        else:
            moving[index] = moving[-1]
            moving.pop()
        row = before or after or {}
        key = msgspec.json.encode({"id": row["id"]})
        yield Record(key, msgspec.json.encode(_envelope(operation, before, after, number, now)))


def _placed(rng: random.Random, order_id: int, now: datetime) -> Row:
    return {
        "id": order_id,
        "customer_id": rng.randrange(1, 20_000),
        "buyer_id": rng.choice([None, rng.randrange(1, 2_000)]),
        "status": "pending",
        "payment_method": _choose(rng, PAYMENT_METHODS),
        "channel": _choose(rng, CHANNELS),
        "country": _choose(rng, COUNTRIES),
        "currency": CURRENCY,
        "total_amount": f"{rng.randrange(500, 90_000) / 100:.2f}",
        "created_at": _iso(now),
        "updated_at": _iso(now),
    }


def _moved(order: Row, now: datetime) -> Row:
    return order | {"status": NEXT[order["status"]], "updated_at": _iso(now)}


def _choose(rng: random.Random, shares: dict[str, int]) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _envelope(operation: str, before: Row | None, after: Row | None, number: int, now: datetime) -> Row:
    microseconds = int(now.timestamp() * 1_000_000)
    lsn = 25_000_000 + 400 * number
    times = {"ts_ms": microseconds // 1_000, "ts_us": microseconds, "ts_ns": microseconds * 1_000}
    source = {
        "version": "3.7.0.Final",
        "connector": "postgresql",
        "name": "cdc-instashop",
        "snapshot": "false",
        "db": "instashop",
        "sequence": f'["{lsn - 400}","{lsn}"]',
        "schema": "public",
        "table": "transaction",
        "txId": 700 + number,
        "lsn": lsn,
        "xmin": None,
    }
    return {
        "before": before,
        "after": after,
        "source": source | times,
        "transaction": None,
        "op": operation,
        **times,
    }
