"""``transaction_items`` as it has to be, made anew of the topics of order lines and products by plain Python."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.pipeline import read

Row = dict[str, Any]


def assert_items_are_exact() -> None:
    """Compare the items, of which some may have been sent twice, with what they have to be."""
    sent = [json.loads(record.value or "") for record in asyncio.run(read("transaction_items")) if record.key != b"bad"]
    by_id = {item["id"]: item for item in sent}
    assert [(item, by_id[item["id"]]) for item in sent if item != by_id[item["id"]]] == []
    assert by_id == {item["id"]: item for item in expected()}


def expected() -> Iterator[Row]:
    products: dict[int, list[tuple[int, Row]]] = defaultdict(list)
    for event in events("product"):
        if row := event["after"]:
            products[row["id"]].append((event["source"]["ts_ms"], row))
    for event in events("transactiondetail"):
        for side, sign, operations in (("before", -1, "ud"), ("after", 1, "cur")):
            if event["op"] in [*operations]:
                line = event[side]
                sold_at = datetime.fromisoformat(line["created_at"]).timestamp() * 1000
                versions = products[line["product_id"]]
                product = [row for since, row in versions if since <= sold_at] or [versions[0][1]]
                yield {
                    "id": f"{line['id']}:{event['place']}:{'+' if sign > 0 else '-'}",
                    "line_id": line["id"],
                    "transaction_id": line["transaction_id"],
                    "product_id": line["product_id"],
                    "product": product[-1]["name"],
                    "category": product[-1]["category"],
                    "quantity": line["quantity"],
                    "revenue_cents": line["quantity"] * int(Decimal(line["unit_price"]) * 100),
                    "sign": sign,
                    "op": event["op"],
                    "ts_ms": event["source"]["ts_ms"],
                }


def events(topic: str) -> Iterator[Row]:
    """Yield the change events of a topic, each with its ``place``, but for what the tests of faults mark as none."""
    for record in asyncio.run(read(topic)):
        if record.value is not None and record.key != b"bad":
            yield json.loads(record.value) | {"place": f"{record.partition}:{record.offset}"}
