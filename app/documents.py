"""The documents that people read in Redis, made of the totals. Pure."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from cdc import Path
from cdc.event import OPERATIONS
from cdc.money import average, money
from cdc.row import at_ms, iso_utc

Document = dict[str, Any]
Totals = Mapping[str, Mapping[Path, int]]
"""By document, the total at each path within it."""

MONEY = "_cents"
"""What a measure of money ends in. A document shows it in units of money, under the name without this."""

FED: dict[str, dict[str, Document]] = {
    "transaction": {
        "transactions": {"count": 0, "by_status": {}, "by_payment_method": {}, "by_channel": {}},
        "revenue": {"total": "0.00", "orders": 0, "by_day": {}, "by_status": {}},
    },
    "customer": {"customers": {"count": 0, "by_country": {}, "by_segment": {}}},
    "product": {"products": {"count": 0, "by_category": {}}},
    "transactiondetail": {"transactiondetail": {"count": 0, "units": 0, "revenue": "0.00"}},
    "interaction": {"interactions": {"count": 0, "by_type": {}}},
    "stock": {"stock": {"count": 0, "units": 0, "value": "0.00"}},
    "carrier": {"carriers": {"count": 0}},
    "shipment": {"shipments": {"count": 0, "by_status": {}, "by_carrier": {}, "on_time": 0, "late": 0}},
}
"""By topic, the documents that it feeds, as they are while nothing is counted: fields that readers may rely on."""

EMPTY: dict[str, Document] = {name: empty for fed in FED.values() for name, empty in fed.items()} | {
    "events": {"by_topic": {}}
}
"""What each document shows while nothing is counted."""

TOPICS_OF: dict[str, tuple[str, ...]] = {name: (topic,) for topic, fed in FED.items() for name in fed} | {
    "dashboard": ("transaction", "customer", "product")
}
"""The topics whose rows a document shows. One that is not here may show rows of any topic, as ``events`` does.

``total_events`` of the dashboard counts what was processed, which has no age.
"""


def documents(
    names: Iterable[str], totals: Totals, now: datetime, as_of_ms: Mapping[str, int | None] | None = None
) -> dict[str, Document]:
    """Return the documents of these names, and always the dashboard, without the ``metrics:`` of their keys.

    Args:
        names: of the documents.
        totals: sums over all partitions of all workers, of these documents and of `OF_THE_DASHBOARD`.
        now: decides what today is, in UTC, for ``revenue_today``.
        as_of_ms: by document, the commit time up to which all of it is counted, in ms since 1970; none: not known.
    """
    made = {name: _document(name, totals.get(name, {})) for name in names}
    made["dashboard"] = _dashboard(totals, now)
    times = as_of_ms or {}
    return {name: document | _times(now, times.get(name)) for name, document in made.items()}


def _times(now: datetime, as_of_ms: int | None) -> Document:
    return {
        "updated_at": iso_utc(now.astimezone(UTC)),
        "as_of": None if as_of_ms is None else iso_utc(at_ms(as_of_ms)),
    }


def _document(name: str, totals: Mapping[Path, int]) -> Document:
    return _nested(name, totals) | (DERIVED[name](totals) if name in DERIVED else {})


def _nested(name: str, totals: Mapping[Path, int]) -> Document:
    """Put each total where its path says. A group that nothing belongs to any more is left out, as in SQL."""
    document = deepcopy(EMPTY.get(name, {}))
    for (field, *groups), total in sorted(totals.items()):
        shown: Any = money(total) if field.endswith(MONEY) else total
        *parents, leaf = [field.removesuffix(MONEY), *groups]
        if (name in DERIVED and field == BELOW_REORDER) or (groups and not total):
            continue
        node = document
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = shown
    return document


def _average_order_value(revenue: Mapping[Path, int]) -> str:
    return average(revenue.get(("total_cents",), 0), revenue.get(("orders",), 0))


def _revenue(totals: Mapping[Path, int]) -> Document:
    return {"average_order_value": _average_order_value(totals)}


BELOW_REORDER = "below_reorder"


def _stock(totals: Mapping[Path, int]) -> Document:
    rows: dict[tuple[str, ...], dict[str, int]] = {}  # a column that was never other than 0 is not there
    for path, total in totals.items():
        if path[0] == BELOW_REORDER:
            _, *row, column = path
            rows.setdefault(tuple(row), {})[column] = total
    return {
        BELOW_REORDER: [
            {
                "id": int(row_id),
                "product_id": int(product_id),
                "warehouse": warehouse,
                "quantity": columns.get("quantity", 0),
                "reorder_level": columns.get("reorder_level", 0),
            }
            for (row_id, product_id, warehouse), columns in sorted(rows.items(), key=lambda row: int(row[0][0]))
            if columns.get("rows")
        ]
    }


def _shipments(totals: Mapping[Path, int]) -> Document:
    on_time, late = totals.get(("on_time",), 0), totals.get(("late",), 0)
    return {"on_time_share": round(on_time / (on_time + late), 4) if on_time + late else None}


OUTCOMES = (*OPERATIONS.values(), "dead_letters")
"""What can become of a record, in the names that `EVENTS` has."""


def _events(totals: Mapping[Path, int]) -> Document:
    topics = sorted({topic for _, topic, _ in totals})
    return {
        "by_topic": {
            topic: {outcome: totals.get(("by_topic", topic, outcome), 0) for outcome in OUTCOMES} for topic in topics
        }
    }


DERIVED: dict[str, Callable[[Mapping[Path, int]], Document]] = {
    "revenue": _revenue,
    "stock": _stock,
    "shipments": _shipments,
    "events": _events,
}
"""Fields that are no sums."""


OF_THE_DASHBOARD = ("transactions", "customers", "products", "revenue", "events")
"""The documents of whose totals the dashboard is made."""


def _dashboard(totals: Totals, now: datetime) -> Document:
    orders, customers, products, revenue, events = (totals.get(name, {}) for name in OF_THE_DASHBOARD)
    today = now.astimezone(UTC).date().isoformat()
    return {
        "transactions": orders.get(("count",), 0),
        "customers": customers.get(("count",), 0),
        "products": products.get(("count",), 0),
        "revenue_total": money(revenue.get(("total_cents",), 0)),
        "revenue_today": money(revenue.get(("by_day_cents", today), 0)),
        "average_order_value": _average_order_value(revenue),
        "total_events": sum(count for path, count in events.items() if path[-1] != "dead_letters"),
    }
