"""The charts, built from data frames without drawing them.

The colours are those of Okabe and Ito, which colour-blind people can tell apart. Heights are fixed, so that a refresh
moves nothing. The title, which says what is seen, stands above the chart; here it describes it to screen readers.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import altair as alt
import pandas as pd

from dashboard.language import Language
from dashboard.numbers import NOTHING

BLUE, ORANGE, GREEN = "#0072B2", "#E69F00", "#009E73"
INK = {"light": "#16212E", "dark": "#E6EDF3"}
"""The colour of text, by theme. (Streamlit gives its own to axes, and not to marks.)"""
HEIGHT = 220
BAR_HEIGHT = 26
"""Pixels of a bar by name, with its gap."""

Chart = alt.Chart | alt.LayerChart


class Bar(NamedTuple):
    """A bar: its name, how long it is, and what is written at its end."""

    name: str
    value: float
    label: str


def _described(chart: Any, description: str, height: int) -> Any:
    return chart.properties(description=description, height=height)


def windows(frame: pd.DataFrame, measure: str, title: str, words: Language) -> Chart:
    """Return an area with a measure of every 30 s, and a gap where it is NaN.

    Args:
        frame: ``start`` and the measure.
        measure: ``orders`` or ``revenue``.
        title: what is seen.
        words: the language.
    """
    shown = frame.assign(label=[_label(value, measure, words) for value in frame[measure]])
    base = alt.Chart(shown).encode(
        x=alt.X("start:T", title=None, axis=alt.Axis(format="%H:%M", grid=False, tickCount=6)),
        y=alt.Y(f"{measure}:Q", title=None, axis=alt.Axis(format="~s", tickCount=4)),
        tooltip=[
            alt.Tooltip("start:T", format="%H:%M:%S", title=words.value("time")),
            alt.Tooltip("label:N", title=words.value(measure)),
        ],
    )
    colour = BLUE if measure == "revenue" else GREEN
    area = base.mark_area(color=colour, opacity=0.18, interpolate="monotone")
    line = base.mark_line(color=colour, strokeWidth=2, interpolate="monotone")
    chart: Chart = _described(alt.layer(area, line), title, HEIGHT)
    return chart


def _label(value: float, measure: str, words: Language) -> str:
    if math.isnan(value):
        return NOTHING
    return words.numbers.money(f"{value:.2f}") if measure == "revenue" else words.numbers.whole(int(value))


def by_name(rows: Sequence[Bar], title: str, ink: str = INK["light"], colour: str = BLUE) -> Chart:
    """Return a bar for each name, in the order of the rows, with its label at the end.

    Args:
        rows: what is drawn.
        title: what is seen.
        ink: the colour of the labels: one of `INK`.
        colour: of the bars.
    """
    frame = pd.DataFrame(rows, columns=Bar._fields)
    values = [0.0, *frame["value"]]
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "name:N", title=None, sort=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=180, labelPadding=8)
        ),
        x=alt.X(
            "value:Q",
            title=None,
            axis=None,
            scale=alt.Scale(domain=[min(values), max(*values, 1e-9) * 1.6]),
        ),
        tooltip=[alt.Tooltip("name:N", title=" "), alt.Tooltip("label:N", title=" ")],
    )
    bars = base.mark_bar(color=colour, size=BAR_HEIGHT - 10, cornerRadiusEnd=3)
    labels = base.mark_text(align="left", dx=6, fontSize=12, color=ink).encode(text="label:N")
    chart: Chart = _described(alt.layer(bars, labels), title, BAR_HEIGHT * max(len(rows), 3) + 12)
    return chart


def days(frame: pd.DataFrame, title: str, words: Language) -> Chart:
    """Return the revenue of each day as bars, and the mean of seven days as a line.

    Args:
        frame: ``day``, ``revenue`` and ``revenue_7d_average``.
        title: what is seen.
        words: the language.
    """
    shown = frame.assign(
        day=pd.to_datetime(frame["day"]),
        value=frame["revenue"].astype(float),
        mean=frame["revenue_7d_average"].astype(float),
        label=[words.numbers.money(amount) for amount in frame["revenue"]],
    )
    base = alt.Chart(shown).encode(
        x=alt.X("yearmonthdate(day):T", title=None, axis=alt.Axis(format="%d.%m.", grid=False, tickCount=8)),
        tooltip=[
            alt.Tooltip("day:T", format="%Y-%m-%d", title=words.value("day")),
            alt.Tooltip("label:N", title=words.value("revenue")),
        ],
    )
    bars = base.mark_bar(color=BLUE, opacity=0.45, cornerRadiusEnd=2).encode(
        y=alt.Y("value:Q", title=None, axis=alt.Axis(format="~s", tickCount=5))
    )
    line = base.mark_line(color=ORANGE, strokeWidth=2.5).encode(y="mean:Q")
    chart: Chart = _described(alt.layer(bars, line), title, 280)
    return chart


def customers(frame: pd.DataFrame, title: str, words: Language) -> Chart:
    """Return new and returning customers of each day, one on the other.

    Args:
        frame: ``day``, ``new`` and ``returning``.
        title: what is seen.
        words: the language.
    """
    kinds = {kind: words.value(kind) for kind in ("returning", "new")}
    long = frame.assign(day=pd.to_datetime(frame["day"])).melt("day", list(kinds), "kind", "customers")
    shown = long.assign(kind=long["kind"].map(kinds))
    colours = alt.Scale(domain=list(kinds.values()), range=[BLUE, ORANGE])
    chart: Chart = _described(
        alt.Chart(shown)
        .mark_bar()
        .encode(
            x=alt.X("yearmonthdate(day):T", title=None, axis=alt.Axis(format="%d.%m.", grid=False, tickCount=6)),
            y=alt.Y("customers:Q", title=None, axis=alt.Axis(tickCount=4)),
            color=alt.Color("kind:N", title=None, scale=colours, legend=alt.Legend(orient="top")),
            tooltip=[
                alt.Tooltip("day:T", format="%Y-%m-%d", title=words.value("day")),
                alt.Tooltip("kind:N", title=" "),
                alt.Tooltip("customers:Q", title=words.value("customers")),
            ],
        ),
        title,
        HEIGHT,
    )
    return chart
