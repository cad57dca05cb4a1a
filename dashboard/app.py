"""The page: `streamlit run dashboard/app.py`."""

from collections.abc import Mapping
from decimal import Decimal

import streamlit as st

from dashboard.charts import by_name, over_time, windows_frame
from dashboard.redis_reader import Document, Snapshot, snapshot
from dashboard.states import State, age, state
from dashboard.texts import TEXTS


def status_line(seen: Snapshot, texts: Mapping[str, str]) -> str:
    """Return what each part last said of itself."""
    parts = [texts["read"].format(seen.read_at)]
    for name in ("faust", "spark"):
        document = seen.documents.get(f"status:{name}")
        how = state(document, seen.read_at)
        old = age(document, seen.read_at)
        said = texts[how].format(old.total_seconds()) if how is State.STALE and old else texts[how]
        parts.append(f"{name.capitalize()} {said}")
    if faust := seen.documents.get("status:faust"):
        parts.append(texts["lag"].format(faust["lag_total"]))
    return " · ".join(parts)


def euros(amount: str) -> str:
    """Return an amount of money to be read, to the cent."""
    return f"€{Decimal(amount):,.2f}"


def cards(totals: Document, texts: Mapping[str, str]) -> None:
    """Draw the totals."""
    values = (
        ("revenue_today", euros(totals["revenue_today"])),
        ("revenue_total", euros(totals["revenue_total"])),
        ("orders", f"{totals['transactions']:,}"),
        ("average", euros(totals["average_order_value"])),
        ("events", f"{totals['total_events']:,}"),
    )
    with st.container(horizontal=True):
        for name, value in values:
            st.metric(texts[name], value, border=True)


def charts(documents: Mapping[str, Document], texts: Mapping[str, str]) -> None:
    """Draw the last windows, and what orders and shipments are in."""
    left, right = st.columns(2)
    if windows := documents.get("metrics:spark:transactions", {}).get("windows"):
        frame = windows_frame(windows)
        left.altair_chart(over_time(frame, "revenue", texts["revenue_over_time"]), key="revenue")
        right.altair_chart(over_time(frame, "orders", texts["orders_over_time"]), key="orders")
    else:
        st.info(texts["no_windows"])
    left, right = st.columns(2)
    for column, name, title in ((left, "transactions", "by_status"), (right, "shipments", "shipments")):
        if counts := documents.get(f"metrics:{name}", {}).get("by_status"):
            column.altair_chart(by_name(counts, texts[title]), key=name)


@st.fragment(run_every="5s")
def live(language: str) -> None:
    """Draw the shop as it is now, again every five seconds."""
    texts, seen = TEXTS[language], snapshot()
    if seen.down:
        st.error(texts["redis_down"])
        return
    st.caption(status_line(seen, texts))
    if totals := seen.documents.get("metrics:dashboard"):
        cards(totals, texts)
        charts(seen.documents, texts)
    else:
        st.info(texts["waiting_first"])


st.set_page_config(page_title="InstaShop live", layout="wide")
language = st.segmented_control("Language", list(TEXTS), default="English", label_visibility="collapsed") or "English"
st.title(TEXTS[language]["title"])
live(language)
