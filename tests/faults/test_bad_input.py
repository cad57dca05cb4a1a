"""What cannot be understood is kept with its reason and counted; the stream goes on, and the numbers stay exact."""

import asyncio
import json
import time
from collections import Counter
from typing import Any

from aiokafka import AIOKafkaProducer

from kafka_client import aiokafka_options
from tests.pipeline import TOPICS, assert_exact, generate, metrics, read, status, wait_until, worker

OUT_OF_RANGE: dict[str, tuple[str, Any]] = {
    "carrier": ("id", 0),
    "customer": ("country", ""),
    "interaction": ("type", "teleport"),
    "product": ("category", ""),
    "shipment": ("carrier_id", -1),
    "stock": ("quantity", 2**31),
    "transaction": ("total_amount", "10000000000.00"),
    "transactiondetail": ("quantity", 2**31),
}
"""By topic, a column that something is counted by, and a value that it cannot have."""

LONGEST = 1_048_000
"""Bytes: with the rest of a batch of one record, a little less than what a topic takes."""


def bad_values(topic: str, event: dict[str, Any]) -> dict[str, bytes]:
    """Make a good event bad in each way."""
    column, out_of_range = OUT_OF_RANGE[topic]

    def with_row(row: dict[str, Any]) -> bytes:
        return json.dumps(event | {"op": "c", "before": None, "after": row}).encode()

    row = event["after"]
    return {
        "bytes that are not JSON": b"\x00\xff",
        "an unknown operation": json.dumps(event | {"op": "x"}).encode(),
        "a missing column": with_row({name: value for name, value in row.items() if name != column}),
        "a wrong type": with_row(row | {column: [1]}),
        "a null value": with_row(row | {column: None}),
        "out of range": with_row(row | {column: out_of_range}),
        "as long as Kafka takes": b"\xff" * LONGEST,
    }


def test_bad_records_on_every_topic_are_kept_and_counted() -> None:
    with worker():
        generate(events=200)
        assert_exact()
        before = dead_letters()
        sent = asyncio.run(spoil())
        wait_until(lambda: dead_letters() - before == Counter(dict.fromkeys(TOPICS, 7)))
        wait_until(lambda: status("faust")["lag_total"] == 0)  # though the last of each partition is a tombstone
        generate(events=50)
        assert_exact()

    kept = {
        (headers["topic"], int(headers["partition"]), int(headers["offset"])): (record, headers["reason"])
        for record in asyncio.run(read("dead_letters"))
        for headers in [{name: value.decode() for name, value in record.headers}]
    }
    for place, (value, way) in sent.items():
        record, reason = kept[place]
        assert (record.key, record.value) == (b"bad", value), way
        assert reason, way


def dead_letters() -> Counter[str]:
    by_topic = metrics("events")["by_topic"]
    return Counter({topic: outcomes["dead_letters"] for topic, outcomes in by_topic.items()})


async def spoil() -> dict[tuple[str, int, int], tuple[bytes, str]]:
    """Send every bad record to every topic, and a tombstone, which is none."""
    sent = {}
    async with AIOKafkaProducer(**aiokafka_options(), max_request_size=2 * LONGEST) as producer:
        for topic in TOPICS:
            rows = (json.loads(record.value) for record in await read(topic))
            event = next(row for row in rows if row["after"])
            for way, value in bad_values(topic, event).items():
                at = await producer.send_and_wait(topic, value, key=b"bad", partition=1)
                sent[topic, at.partition, at.offset] = (value, way)
            await producer.send_and_wait(topic, None, key=b"bad", partition=1)
    return sent


def test_an_order_line_waits_for_its_product_but_not_for_ever() -> None:
    async def send(topic: str, op: str, row: dict[str, Any]) -> None:
        sides = {"before": None, "after": row} if op == "c" else {"before": row, "after": None}
        event = sides | {"op": op, "source": {"lsn": 1, "ts_ms": time.time_ns() // 1_000_000}}
        async with AIOKafkaProducer(**aiokafka_options()) as producer:
            await producer.send_and_wait(topic, json.dumps(event).encode(), key=b"bad", partition=0)

    def line(product_id: int) -> dict[str, Any]:
        price = {"quantity": 1, "unit_price": "5.00", "created_at": "2026-11-24T12:00:00Z"}
        return {"id": product_id, "transaction_id": 1, "product_id": product_id} | price

    def waiting() -> int:
        return int(status("faust")["lag"].get("transactiondetail", 0))

    def shown(product_id: int) -> list[tuple[str, int]]:
        records = asyncio.run(read("transaction_items"))
        sent = [json.loads(record.value or "") for record in records if record.key != b"bad"]
        return sorted({(item["product"], item["sign"]) for item in sent if item["product_id"] == product_id})

    late, never = 2**40, 2**40 + 1
    product = {"id": late, "name": "Late", "category": "toys"}
    with worker() as faust:
        assert_exact()
        asyncio.run(send("transactiondetail", "c", line(late)))
        wait_until(waiting)
        assert not shown(late)
        asyncio.run(send("product", "c", product))
        wait_until(lambda: shown(late) == [("Late", 1)])
        asyncio.run(send("transactiondetail", "c", line(never)))
        wait_until(lambda: shown(never) == [("unknown", 1)])
        assert faust.said(f"no product {never}")
        for topic, row in (("transactiondetail", line(late)), ("transactiondetail", line(never)), ("product", product)):
            asyncio.run(send(topic, "d", row))
        wait_until(lambda: shown(late) + shown(never) == [("Late", -1), ("Late", 1), ("unknown", -1), ("unknown", 1)])
        assert_exact()
