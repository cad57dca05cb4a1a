"""The windows that Redis has to show, counted anew from the topics by plain Python."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.pipeline import metrics, read

Event = dict[str, Any]
REVENUE = {"paid", "shipped", "delivered"}


def assert_windows_are_exact() -> None:
    for name, recount in {"transactions": orders, "categories": lines, "behaviour": sessions}.items():
        topic = {"transactions": "transaction", "categories": "transaction_items", "behaviour": "interaction"}[name]
        by_window: dict[int, list[Event]] = defaultdict(list)
        for event in events(topic):
            by_window[event["at"] // 30_000 * 30].append(event)
        newest = sorted(by_window, reverse=True)[:60]
        expected = [{"start": stamp(start), "end": stamp(start + 30)} | recount(by_window[start]) for start in newest]
        assert metrics(f"spark:{name}")["windows"] == expected, name


def events(topic: str) -> Iterator[Event]:
    """Return what happened, by its time and place in the topic."""
    found = []
    for record in asyncio.run(read(topic)):
        if record.key == b"bad":  # so the tests of faults mark what is none
            continue
        try:
            event = json.loads(record.value or "{}")
            if event["op"] in ("c", "u", "d"):
                at = event["ts_ms"] if "sign" in event else event["source"]["ts_ms"]
                place = (at, event.get("source", {}).get("lsn", 0), record.offset, record.partition)
                found.append(event | {"at": at, "place": place})
        except (ValueError, KeyError):
            continue
    return iter({event.get("id", event["place"]): event for event in found}.values())


def stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def two_decimals(amount: Decimal) -> str:
    return str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


def orders(events: list[Event]) -> Event:
    placed = [Decimal(event["after"]["total_amount"]) for event in events if event["op"] == "c"]
    revenue = Decimal(0)
    by_status: dict[str, int] = defaultdict(int)
    for event in events:
        before, after = event["before"], event["after"]
        revenue += earned(after) - earned(before)
        if after and (event["op"] == "c" or before["status"] != after["status"]):
            by_status[after["status"]] += 1
    return {
        "count": len(placed),
        "revenue": two_decimals(revenue),
        "average_order_value": two_decimals(sum(placed, Decimal(0)) / len(placed) if placed else Decimal(0)),
        "by_status": dict(by_status),
    }


def earned(order: Event | None) -> Decimal:
    return Decimal(order["total_amount"]) if order and order["status"] in REVENUE else Decimal(0)


def lines(events: list[Event]) -> Event:
    products: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    names = {}
    for event in sorted(events, key=lambda each: (each["at"], each["id"])):
        key = event["category"], event["product_id"]
        products[key][0] += event["sign"] * event["quantity"]
        products[key][1] += event["sign"] * event["revenue_cents"]
        names[key] = event["product"]
    total = sum(cents for _, cents in products.values())
    shown = {}
    for category in {category for category, _ in products}:
        units = sum(each[0] for key, each in products.items() if key[0] == category)
        cents = sum(each[1] for key, each in products.items() if key[0] == category)
        share = round(cents / total, 4) if total > 0 else None
        shown[category] = {
            "product_sales": units,
            "category_revenue": two_decimals(Decimal(cents) / 100),
            "share": share,
        }
    best = sorted(products, key=lambda key: (-products[key][1], -products[key][0], key[1]))[:10]
    top = [
        {
            "product_id": key[1],
            "product": names[key],
            "category": key[0],
            "units": products[key][0],
            "revenue": two_decimals(Decimal(products[key][1]) / 100),
        }
        for key in best
    ]
    return {"categories": shown, "top_products": top}


def sessions(events: list[Event]) -> Event:
    by_type: dict[str, int] = defaultdict(int)
    steps: dict[str, list[str]] = defaultdict(list)
    for event in sorted(events, key=lambda each: each["place"]):
        if event["before"]:
            by_type[event["before"]["type"]] -= 1
        if event["after"]:
            by_type[event["after"]["type"]] += 1
        if event["op"] == "c":
            steps[event["after"]["session_id"]].append(event["after"]["type"])
    funnel = {"view": 0, "cart": 0, "purchase": 0}
    for taken in steps.values():
        rest = iter(taken)
        for step in funnel:
            if step not in rest:
                break
            funnel[step] += 1
    return {
        "by_type": {kind: count for kind, count in by_type.items() if count},
        "sessions": len(steps),
        "funnel": funnel,
        "conversion": round(funnel["purchase"] / len(steps), 4) if steps else None,
    }
