"""Spark's windows of the last 30 minutes, made ready to be shown. Pure."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

Window = Mapping[str, Any]

LENGTH = timedelta(seconds=30)
SHOWN = timedelta(minutes=30)
NOT_YET = (math.nan,) * 3
STEPS = ("view", "cart", "purchase")


def recent(windows: Sequence[Window], now: datetime) -> list[Window]:
    """Return the windows of the last 30 minutes, oldest first."""
    since = now - SHOWN
    return [window for window in reversed(windows) if datetime.fromisoformat(window["start"]) >= since]


def over_time(windows: Sequence[Window], as_of: datetime | None, now: datetime) -> pd.DataFrame:
    """Return ``start``, ``orders``, ``revenue`` and ``average`` of each 30 s up to now.

    A window without a change is zero once Spark has reached its end. A window that Spark has not reached is NaN: not
    yet known. The window that is still open is left out: it would look like a fall. Money becomes a float here only
    to be drawn.

    Args:
        windows: those with a change.
        as_of: the commit time that Spark has reached; None if it is not known. Then only `windows` are.
        now: the present.
    """
    by_start = {datetime.fromisoformat(window["start"]): window for window in windows}
    open_since = datetime.fromtimestamp(now.timestamp() // LENGTH.seconds * LENGTH.seconds, now.tzinfo)
    starts = [open_since - number * LENGTH for number in range(SHOWN // LENGTH, 0, -1)]
    rows = [_measures(by_start.get(start), start + LENGTH, as_of) for start in starts]
    return pd.DataFrame(rows, columns=["orders", "revenue", "average"], dtype=float).assign(start=starts)


def _measures(window: Window | None, end: datetime, as_of: datetime | None) -> tuple[float, float, float]:
    is_known = window is not None if as_of is None else end <= as_of
    if not is_known:
        return NOT_YET
    if window is None:
        return 0.0, 0.0, 0.0
    return window["count"], float(window["revenue"]), float(window["average_order_value"])


def known(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the windows of `over_time` that Spark has reached."""
    return frame.dropna()


def is_behind(frame: pd.DataFrame) -> bool:
    """Say whether Spark has more to do than the window that has just ended."""
    return bool(frame["orders"].tail(2).isna().all())


def orders_a_minute(frame: pd.DataFrame) -> float | None:
    """Return the mean of the last five minutes of `over_time`, of what is known of them; None if nothing is."""
    last = known(frame.tail(10))
    return None if last.empty else float(last["orders"].mean() * 2)


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
