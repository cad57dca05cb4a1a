"""The charts, built from Redis' documents without drawing them."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

HEIGHT = 240
"""Fixed, so that a refresh moves nothing."""

BLUE = "#0072B2"


def windows_frame(windows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return Spark's windows of orders, oldest first. Money becomes a float here only to be drawn."""
    frame = pd.DataFrame(
        {"start": each["start"], "orders": each["count"], "revenue": float(each["revenue"])} for each in windows
    )
    return frame.assign(start=pd.to_datetime(frame["start"])).sort_values("start", ignore_index=True)


def over_time(frame: pd.DataFrame, measure: str, title: str) -> alt.Chart:
    """Return bars of a measure by 30-second window."""
    chart: alt.Chart = (
        alt.Chart(frame, title=title, height=HEIGHT, description=title)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("start:T", title=None),
            y=alt.Y(f"{measure}:Q", title=None),
            tooltip=[alt.Tooltip("start:T", format="%H:%M:%S"), alt.Tooltip(f"{measure}:Q", format=",.2f")],
        )
    )
    return chart


def by_name(counts: Mapping[str, int], title: str) -> alt.Chart:
    """Return bars of a count by name, the largest first."""
    frame = pd.DataFrame({"name": list(counts), "count": list(counts.values())})
    chart: alt.Chart = (
        alt.Chart(frame, title=title, height=HEIGHT, description=title)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("count:Q", title=None),
            y=alt.Y("name:N", title=None, sort="-x"),
            tooltip=["name:N", alt.Tooltip("count:Q", format=",")],
        )
    )
    return chart
