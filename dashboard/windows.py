"""Spark's windows of the last 30 minutes, made ready to be shown. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

Window = Mapping[str, Any]

LENGTH = timedelta(seconds=30)
SHOWN = timedelta(minutes=30)
STEPS = ("view", "cart", "purchase")


def recent(windows: Sequence[Window], now: datetime) -> list[Window]:
    """Return the windows of the last 30 minutes, oldest first."""
    since = now - SHOWN
    return [window for window in reversed(windows) if datetime.fromisoformat(window["start"]) >= since]


def over_time(windows: Sequence[Window], now: datetime) -> pd.DataFrame:
    """Return ``start``, ``orders``, ``revenue`` and ``average`` of each 30 s up to now, be there a change or not.

    The window that is still open is left out: it would look like a fall. Money becomes a float here only to be drawn.
    """
    by_start = {datetime.fromisoformat(window["start"]): window for window in windows}
    open_since = datetime.fromtimestamp(now.timestamp() // LENGTH.seconds * LENGTH.seconds, now.tzinfo)
    starts = [open_since - number * LENGTH for number in range(SHOWN // LENGTH, 0, -1)]
    found = [by_start.get(start) for start in starts]
    return pd.DataFrame(
        {
            "start": starts,
            "orders": [window["count"] if window else 0 for window in found],
            "revenue": [float(window["revenue"]) if window else 0.0 for window in found],
            "average": [float(window["average_order_value"]) if window else 0.0 for window in found],
        }
    )


def orders_a_minute(frame: pd.DataFrame) -> float:
    """Return the mean of the last five minutes of `over_time`."""
    return float(frame["orders"].tail(10).mean() * 2)


def categories(windows: Sequence[Window]) -> list[tuple[str, Decimal]]:
    """Return what each category came to, the largest first."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for window in windows:
        for name, measures in window["categories"].items():
            sums[name] += Decimal(measures["category_revenue"])
    return sorted(sums.items(), key=lambda each: (-each[1], each[0]))


def top_products(windows: Sequence[Window], limit: int = 8) -> list[tuple[str, Decimal]]:
    """Return the products that came to most, of those that were among the ten best of a window."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for window in windows:
        for product in window["top_products"]:
            sums[product["product"]] += Decimal(product["revenue"])
    return sorted(sums.items(), key=lambda each: (-each[1], each[0]))[:limit]


def funnel(windows: Sequence[Window]) -> list[tuple[str, int]]:
    """Return how many sessions got to each step, added up over the windows."""
    counts: Counter[str] = Counter()
    for window in windows:
        counts.update({step: window["funnel"].get(step, 0) for step in STEPS})
    return [(step, counts[step]) for step in STEPS]


def conversion(windows: Sequence[Window]) -> Decimal | None:
    """Return the share of sessions with a purchase; none where there was no session."""
    sessions = sum(window["sessions"] for window in windows)
    return Decimal(dict(funnel(windows))["purchase"]) / sessions if sessions else None
