"""``transaction_items`` made of the topic of order lines: what Spark reads where no Faust app is at work."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from aiokafka import AIOKafkaProducer, ConsumerRecord

from connectors import topics
from settings import settings
from tests.pipeline import read

TOPIC = "transaction_items"


def make_topic() -> None:
    topics.create({TOPIC: settings().partitions}, patience=30)


async def send_items() -> None:
    """Send an item for each line and retraction, at every call all of them again, as after a fault of the app."""
    products = {}
    for record in await read("product"):
        event = json.loads(record.value or "{}")
        if row := event.get("after"):
            products[row["id"]] = row
    async with AIOKafkaProducer(bootstrap_servers=settings().kafka) as producer:
        for record in await read("transactiondetail"):
            for item in items(record, products):
                await producer.send(TOPIC, json.dumps(item).encode(), partition=record.partition)


def items(record: ConsumerRecord, products: dict[int, Any]) -> Iterator[dict[str, Any]]:
    event = json.loads(record.value or '{"op": "tombstone"}')
    for side, sign, operations in (("before", -1, "ud"), ("after", 1, "cur")):
        if event["op"] in [*operations]:
            line = event[side]
            product = products[line["product_id"]]
            yield {
                "id": f"{line['id']}:{record.partition}:{record.offset}:{'+' if sign > 0 else '-'}",
                "line_id": line["id"],
                "transaction_id": line["transaction_id"],
                "product_id": line["product_id"],
                "product": product["name"],
                "category": product["category"],
                "quantity": line["quantity"],
                "revenue_cents": line["quantity"] * int(Decimal(line["unit_price"]) * 100),
                "sign": sign,
                "op": event["op"],
                "ts_ms": event["source"]["ts_ms"],
            }
