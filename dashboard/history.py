"""The page History: what the warehouse keeps, by period, against the period before."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts, status, tables
from dashboard.cards import Card
from dashboard.cards import draw as draw_cards
from dashboard.charts import Bar
from dashboard.frames import aged, framed, ink
from dashboard.language import Language
from dashboard.periods import Period
from dashboard.redis_reader import snapshot
from dashboard.states import moment
from dashboard.verdicts import WAREHOUSE
from dashboard.warehouse import Answer, AwayError, ask

CHOICES = {"days_7": 7, "days_30": 30, "days_90": 90, "own_days": None}
EXTREMES = 10
"""Products that are shown as the best and as the worst."""

OF_A_PERIOD = ("sales_by_day", "by_category", "by_country", "by_channel", "customers_by_day", "products", "delivery")


@st.fragment(run_every="30s")
def history(words: Language) -> None:
    """Draw the history, again every thirty seconds: what was asked within a minute is not asked for again."""
    try:
        bounds = ask("bounds").frame.iloc[0]
        if bounds["last"] is None:
            st.info(words("warehouse_empty"), icon=":material/hourglass_empty:")
            return
        how_old(words)
        period = chosen(bounds["first"], bounds["last"], words)
        answers = {name: ask(name, period.first, period.last) for name in (*OF_A_PERIOD, "period")}
        answers["stock_cover"] = ask("stock_cover")
        before = period.before()
        answers["before"] = ask("period", before.first, before.last)
    except AwayError as error:
        st.error(words("warehouse_down", reason=error), icon=":material/error:")
        return
    with shown(answers, words):
        numbers(answers["period"], answers["before"], period, bounds["first"], words)
        sales(answers, words)
        rows(answers, words)


def how_old(words: Language) -> None:
    """Draw up to when the warehouse is loaded, as Spark says."""
    seen = snapshot()
    loaded = seen.documents.get("status:spark", {}).get("queries", {}).get(WAREHOUSE, {}).get("as_of")
    status.how_old(moment(loaded), seen.looked_at, words)


def chosen(first: date, last: date, words: Language) -> Period:
    """Draw the picker, and return what was picked."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choice = st.segmented_control(
            words("period"), list(CHOICES), default="days_30", required=True, format_func=words, key="period"
        )
        if days := CHOICES[choice or "days_30"]:
            return Period.of_days(days, last)
        month = Period.of_days(30, last)
        picked = st.date_input(
            words("own_days"), (max(month.first, first), last), first, last, label_visibility="collapsed", key="days"
        )
        both = picked if isinstance(picked, tuple) else (picked,)
        return Period(both[0], both[-1]) if both else month  # one date: the other is not picked yet


@contextmanager
def shown(answers: dict[str, Answer], words: Language) -> Iterator[None]:
    """Show the answers: in grey, and with the reason, where the warehouse is away."""
    trouble = next((answer.trouble for answer in answers.values() if answer.trouble), None)
    if trouble:
        oldest = min(answer.read_at for answer in answers.values())
        st.error(words("warehouse_old", reason=trouble, read=words.numbers.time(oldest)), icon=":material/error:")
    with aged("history", is_old=trouble is not None):
        yield


def numbers(now: Answer, before: Answer, period: Period, first: date, words: Language) -> None:
    """Draw the period's sums, each against the period before, unless the shop is younger than that."""
    write, ago = words.numbers, period.before()
    is_compared = ago.first >= first
    days = {"first": write.day(period.first), "last": write.day(period.last)}
    if is_compared:
        st.caption(words("compared", **days, before=write.day(ago.first), until=write.day(ago.last)))
    else:
        st.caption(words("not_compared", **days, since=write.day(first)))
    this, that = now.frame.iloc[0], before.frame.iloc[0]
    cells = (
        ("revenue", "revenue", write.money),
        ("orders", "orders", write.whole),
        ("average", "average_order_value", write.money),
        ("units", "units", write.whole),
        ("margin", "margin", write.money),
    )
    draw_cards(
        Card(
            words(name),
            how(_plain(this[measure])),
            write.change(_plain(this[measure]), _plain(that[measure])) if is_compared else None,
        )
        for name, measure, how in cells
    )


def sales(answers: dict[str, Answer], words: Language) -> None:
    """Draw where the revenue came from."""
    by_day = answers["sales_by_day"].frame
    if by_day["revenue"].sum() == 0:
        st.info(words("nothing_sold"), icon=":material/info:")
        return
    chart(charts.days(by_day, words("revenue_by_day"), words), "revenue_by_day", by_day, words)
    for column, name in zip(st.columns(3), ("by_category", "by_country", "by_channel"), strict=True):
        with column:
            frame = answers[name].frame
            bars = [
                Bar(words.value(each), float(amount), words.numbers.short_money(amount))
                for each, amount in zip(frame["name"], frame["revenue"], strict=True)
            ]
            chart(charts.by_name(bars, words(name), ink()), name, frame, words)


def chart(drawn: charts.Chart, name: str, frame: pd.DataFrame, words: Language) -> None:
    """Draw a chart in a frame, with a button that downloads its numbers."""
    with framed(words(name)):
        st.altair_chart(drawn, key=f"chart-{name}")
        tables.download(frame, name, words)


def rows(answers: dict[str, Answer], words: Language) -> None:
    """Draw customers, deliveries, products and stock."""
    customers, products = answers["customers_by_day"].frame, answers["products"].frame
    left, right = st.columns(2)
    with left:
        chart(charts.customers(customers, words("customers"), words), "customers", customers, words)
    with right:
        tables.draw(answers["delivery"].frame.drop(columns="delivered"), words("delivery"), "delivery", words)
    left, right = st.columns(2)
    with left:
        tables.draw(products.head(EXTREMES), words("best_products"), "best_products", words)
    with right:
        tables.draw(products.tail(EXTREMES).iloc[::-1], words("worst_products"), "worst_products", words)
    tables.draw(answers["stock_cover"].frame, words("stock_cover"), "stock_cover", words, height=320)


def _plain(value: Any) -> Any:
    """Return a number of numpy's as one of Python's."""
    return value.item() if hasattr(value, "item") else value
