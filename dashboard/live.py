"""The page Live: the shop as it is now."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts, status, windows
from dashboard.cards import Card
from dashboard.cards import draw as draw_cards
from dashboard.charts import Bar
from dashboard.frames import aged, chart, framed, ink
from dashboard.language import Language
from dashboard.numbers import NOTHING
from dashboard.redis_reader import Document, Snapshot, snapshot
from dashboard.states import State, state
from dashboard.warehouse import AwayError, ask

MOST_URGENT = 10
"""Rows of stock that are shown."""
TABLE_HEIGHT = 176
"""Pixels of their table at most: as high as the charts beside it."""

OF_SPARK = tuple(f"metrics:spark:{name}" for name in ("transactions", "categories", "behaviour"))
CARDS = ("metrics:dashboard", "metrics:spark:transactions", "metrics:spark:behaviour")
STATES = tuple(f"metrics:{name}" for name in ("transactions", "shipments", "stock"))
SHOWN = ("metrics:dashboard", *OF_SPARK, *STATES)
"""The documents that the page shows, and those of its blocks: the slowest of them is the age that is shown."""


@st.fragment(run_every="5s")
def live(words: Language) -> None:
    """Draw the shop, again every five seconds."""
    seen = snapshot()
    status.line(seen, SHOWN, words)
    status.what_is_wrong(seen, words)
    totals = seen.documents.get("metrics:dashboard")
    if totals is None:
        if seen.down_since is None:
            st.info(words("waiting_first"), icon=":material/hourglass_empty:")
        return
    as_of = reached(seen, "transactions")
    over_time = windows.over_time(of_spark(seen, "transactions"), as_of, seen.read_at)
    visits = of_spark(seen, "behaviour")
    with shown(seen, "faust"):
        status.of_a_block(seen, CARDS, SHOWN, words)
        cards(totals, windows.known(over_time), windows.orders_a_minute(over_time), visits, words)
    with shown(seen, "spark"):
        status.of_a_block(seen, OF_SPARK, SHOWN, words)
        charts_over_time(over_time, as_of, words)
        what_sells(of_spark(seen, "categories"), visits, words)
    with shown(seen, "faust", name="states"):
        status.of_a_block(seen, STATES, SHOWN, words)
        states(seen.documents, words)


@contextmanager
def shown(seen: Snapshot, part: str, name: str = "") -> Iterator[None]:
    """Show what comes from a part: in grey where it is old."""
    is_old = seen.down_since is not None or state(seen.documents.get(f"status:{part}"), seen.looked_at) is State.STALE
    with aged(name or part, is_old=is_old):
        yield


def of_spark(seen: Snapshot, name: str) -> list[windows.Window]:
    """Return Spark's windows of a kind, of the last 30 minutes."""
    return windows.recent(seen.documents.get(f"metrics:spark:{name}", {}).get("windows", []), seen.read_at)


def reached(seen: Snapshot, name: str) -> datetime | None:
    """Return the commit time that Spark's windows of a kind have reached; None if it is not known."""
    as_of = seen.documents.get(f"metrics:spark:{name}", {}).get("as_of")
    return datetime.fromisoformat(as_of) if as_of else None


def yesterday() -> tuple[Mapping[Any, Any], Mapping[Any, Any]] | None:
    """Return today until now, and yesterday until the same time; none where the warehouse cannot say."""
    try:
        answer = ask("so_far")
    except AwayError:
        return None
    if answer.trouble:  # an old answer is about another time of day
        return None
    today, before = answer.frame.to_dict("records")
    return today, before


def cards(
    totals: Document,
    over_time: pd.DataFrame,
    orders_a_minute: float | None,
    visits: Sequence[windows.Window],
    words: Language,
) -> None:
    """Draw the numbers, each with its line of the last 30 minutes and, where there is one, its comparison."""
    numbers, compared = words.numbers, yesterday()

    def than_yesterday(measure: str) -> str | None:
        return numbers.change(compared[0][measure], compared[1][measure]) if compared else None

    share = windows.conversion(visits)
    revenue, orders, average = (list(over_time[name]) for name in ("revenue", "orders", "average"))
    draw_cards(
        [
            Card(
                words("revenue_today"),
                numbers.money(totals["revenue_today"]),
                than_yesterday("revenue"),
                revenue,
                words("help_revenue"),
            ),
            Card(
                words("revenue_total"),
                numbers.short_money(totals["revenue_total"]),
                line=list(over_time["revenue"].cumsum()),
                help=words("help_revenue"),
            ),
            Card(
                words("orders"),
                numbers.whole(totals["transactions"]),
                than_yesterday("orders"),
                orders,
                words("help_orders"),
            ),
            Card(
                words("average"),
                numbers.money(totals["average_order_value"]),
                than_yesterday("average_order_value"),
                average,
                words("help_average"),
            ),
            Card(
                words("orders_a_minute"),
                NOTHING if orders_a_minute is None else numbers.decimal(orders_a_minute),
                line=orders,
                help=words("help_a_minute"),
            ),
            Card(
                words("conversion"),
                NOTHING if share is None else numbers.percent(share),
                than_yesterday("conversion"),
                [float(windows.conversion([visit]) or 0) for visit in visits],
                words("help_conversion"),
            ),
        ]
    )
    if compared:
        st.caption(words("than_yesterday"))


def charts_over_time(frame: pd.DataFrame, as_of: datetime | None, words: Language) -> None:
    """Draw the last 30 minutes, and say from when on they are not known yet."""
    if as_of is None and windows.known(frame).empty:
        st.info(words("no_windows"), icon=":material/hourglass_empty:")
        return
    for column, measure in zip(st.columns(2), ("revenue", "orders"), strict=True):
        title = words(f"{measure}_over_time")
        with column:
            chart(charts.windows(frame, measure, title, words), title, f"time-{measure}")
    if as_of is not None and windows.is_behind(frame):
        st.caption(words("windows_not_yet", time=words.numbers.time(as_of)))


def what_sells(sold: Sequence[windows.Window], visits: Sequence[windows.Window], words: Language) -> None:
    """Draw categories, products and the funnel of the last 30 minutes."""
    numbers = words.numbers
    categories, products, steps = windows.categories(sold), windows.top_products(sold), windows.funnel(visits)
    all_cents = sum((amount for _, amount in categories), Decimal(0))
    first = steps[0][1]
    rows = {
        "categories": [
            Bar(
                words.value(name),
                float(amount),
                f"{numbers.short_money(amount)} · {numbers.percent(amount / all_cents)}",
            )
            for name, amount in categories
            if all_cents > 0
        ],
        "top_products": [Bar(name, float(amount), numbers.short_money(amount)) for name, amount in products],
        "funnel": [
            Bar(words.value(step), float(count), f"{numbers.whole(count)} · {numbers.percent(count / first)}")
            for step, count in steps
            if first
        ],
    }
    colours = {"categories": charts.BLUE, "top_products": charts.GREEN, "funnel": charts.ORANGE}
    for column, name in zip(st.columns(3), rows, strict=True):
        with column:
            if rows[name]:
                chart(charts.by_name(rows[name], words(name), ink(), colours[name]), words(name), name)


def states(documents: Mapping[str, Document], words: Language) -> None:
    """Draw what orders and shipments are in, and what has to be ordered again."""
    orders, shipments, stock = st.columns(3)
    with orders:
        counts(documents.get("metrics:transactions", {}).get("by_status", {}), words("by_status"), "by_status", words)
    with shipments:
        sent = documents.get("metrics:shipments", {})
        share = sent.get("on_time_share")
        title = words("shipments_none") if share is None else words("shipments", share=words.numbers.percent(share))
        counts(sent.get("by_status", {}), title, "shipments", words)
    with stock:
        reorder(documents.get("metrics:stock", {}), words)


def counts(by_name: Mapping[str, int], title: str, key: str, words: Language) -> None:
    """Draw counts by name."""
    if by_name:
        ordered = sorted(by_name.items(), key=lambda each: -each[1])
        rows = [Bar(words.value(name), count, words.numbers.whole(count)) for name, count in ordered]
        chart(charts.by_name(rows, title, ink()), title, key)


def reorder(stock: Document, words: Language) -> None:
    """Draw the stock below its reorder level, the emptiest first."""
    below = stock.get("below_reorder", [])
    count, places = words.numbers.whole(len(below)), words.numbers.whole(stock.get("count", 0))
    title = words("below_reorder", count=count, all=places) if below else words("below_none")
    with framed(title):
        if not below:
            return
        frame = pd.DataFrame(below).sort_values(["quantity", "id"]).head(MOST_URGENT)
        columns = ["product_id", "warehouse", "quantity", "reorder_level"]
        frame = frame[columns].rename(columns={name: words.value(name) for name in columns})
        st.dataframe(frame, hide_index=True, height=TABLE_HEIGHT if len(frame) > 4 else "auto", alt=title)
