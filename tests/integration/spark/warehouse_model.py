"""The warehouse in plain Python: what its tables should hold, from the records alone, all looked at at once."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from cdc.revenue import REVENUE
from spark.warehouse.load import Change

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ALWAYS = datetime.min.replace(tzinfo=UTC)
"""As the driver shows -infinity."""
FOREVER = datetime.max.replace(tzinfo=UTC)
Row = dict[str, Any]


class Version(NamedTuple):
    row: Row
    is_deleted: bool
    valid_from: datetime
    valid_to: datetime


def moment(ts_ms: int | None) -> datetime:
    assert ts_ms is not None
    return EPOCH + timedelta(milliseconds=ts_ms)


class Model:
    def __init__(self, changes: Iterable[Change]) -> None:
        """Take the records in the order in which they were written."""
        self.changes = list(changes)

    def keys(self, topic: str) -> set[int]:
        return {change.id for change in self.changes if change.topic == topic and change.id is not None}

    def events(self, topic: str, key: int) -> list[Change]:
        """Return what concerns a row, in order: its own records, and the resets of the partition that it is in."""
        events: list[Change] = []
        for change in self.changes:
            if change.topic != topic:
                continue
            is_reset = bool(events) and change.op == "reset" and change.partition == events[-1].partition
            if change.id == key or is_reset:
                events.append(change)
        return events

    def current(self, topic: str) -> dict[int, tuple[Row, bool]]:
        """Return each row with its last values, and whether it is gone."""
        rows = {}
        for key in self.keys(topic):
            events = self.events(topic, key)
            last = [event for event in events if event.row][-1]
            assert last.row is not None
            rows[key] = json.loads(last.row), events[-1].op in {"d", "reset"}
        return rows

    def versions(self, topic: str, key: int) -> list[Version]:
        events = self.events(topic, key)
        row: Row = {}
        states: list[tuple[datetime, tuple[Row, bool]]] = []
        clock = ALWAYS
        for place, event in enumerate(events):
            clock = max(clock, moment(event.ts_ms))
            if event.op == "reset":
                later = [each.op for each in events[place:] if each.op != "reset"]
                if later and later[0] == "r":
                    continue  # read again: it was there all the time
            elif event.row:
                row = json.loads(event.row)
            state = (row, event.op in {"d", "reset"})
            if states and states[-1][0] == clock:
                states.pop()
            states.append((clock, state))
        kept: list[tuple[datetime, tuple[Row, bool]]] = []
        for since, state in states:
            if not kept or kept[-1][1] != state:
                kept.append((since, state))
        starts = [ALWAYS, *(since for since, _ in kept[1:]), FOREVER]
        return [Version(*state, starts[place], starts[place + 1]) for place, (_, state) in enumerate(kept)]

    def version(self, topic: str, key: int, at: datetime) -> Version | None:
        if key not in self.keys(topic):
            return None
        return next(each for each in self.versions(topic, key) if each.valid_from <= at < each.valid_to)

    def key(self, topic: str, key: int | None, at: datetime) -> tuple[Any, Any]:
        """Return what the key of a dimension stands for: an id, and since when the version is valid."""
        if key is None:
            return None, None
        version = self.version(topic, key, at)
        return (key, version.valid_from) if version else (0, ALWAYS)

    def sales(self) -> set[tuple[Any, ...]]:
        orders, facts = self.current("transaction"), set()
        for key, (line, gone) in self.current("transactiondetail").items():
            if line["transaction_id"] not in orders:
                continue
            order, order_gone = orders[line["transaction_id"]]
            at = datetime.fromisoformat(order["created_at"])
            product = self.version("product", line["product_id"], at)
            cost = Decimal(product.row["cost"]) if product else Decimal(0)
            facts.add(
                (
                    key,
                    at.date(),
                    order["status"],
                    order["status"] in REVENUE,
                    line["quantity"] * Decimal(line["unit_price"]),
                    line["quantity"] * (Decimal(line["unit_price"]) - cost),
                    gone or order_gone,
                    *self.key("customer", order["customer_id"], at),
                    *self.key("product", line["product_id"], at),
                )
            )
        return facts

    def interactions(self) -> set[tuple[Any, ...]]:
        facts = set()
        for key, (row, gone) in self.current("interaction").items():
            at = datetime.fromisoformat(row["created_at"])
            facts.add(
                (
                    key,
                    at.date(),
                    row["type"],
                    gone,
                    *self.key("customer", row["customer_id"], at),
                    *self.key("product", row["product_id"], at),
                )
            )
        return facts

    def shipments(self) -> set[tuple[Any, ...]]:
        carriers = self.keys("carrier")
        return {
            (key, row["carrier_id"] if row["carrier_id"] in carriers else 0, row["status"], gone)
            for key, (row, gone) in self.current("shipment").items()
        }

    def stock(self) -> set[tuple[Any, ...]]:
        facts = set()
        for key, (row, gone) in self.current("stock").items():
            at = datetime.fromisoformat(row["updated_at"])
            facts.add((key, row["quantity"], gone, *self.key("product", row["product_id"], at)))
        return facts

    def dimension(self, topic: str, *columns: str) -> set[tuple[Any, ...]]:
        return {
            (key, *(each.row[column] for column in columns), each.is_deleted, each.valid_from, each.valid_to)
            for key in self.keys(topic)
            for each in self.versions(topic, key)
        }
