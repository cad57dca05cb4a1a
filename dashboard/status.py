"""How the parts of the pipeline are, in one line, and in words where one of them is not well."""

from typing import Any

import streamlit as st

from dashboard.language import Language
from dashboard.redis_reader import Snapshot
from dashboard.states import State, age, state


def draw(seen: Snapshot, words: Language) -> None:
    """Draw both, as they stand at the top of a page."""
    line(seen, words)
    what_is_wrong(seen, words)


def line(seen: Snapshot, words: Language) -> None:
    """Draw what each part last said of itself."""
    numbers = words.numbers
    with st.container(horizontal=True, gap="small", key="status"):
        if seen.documents:
            st.badge(words("updated", time=numbers.time(seen.read_at)), icon=":material/schedule:", color="gray")
        if seen.down_since:
            st.badge(words("redis_off"), icon=":material/error:", color="red")
        else:
            st.badge(words("redis_up"), icon=":material/check_circle:", color="green")
        for part in ("faust", "spark", "connectors"):
            heartbeat(part, seen, words)
        if totals := seen.documents.get("metrics:dashboard"):
            st.badge(words("events", count=numbers.whole(totals["total_events"])), icon=":material/tag:", color="gray")


def heartbeat(part: str, seen: Snapshot, words: Language) -> None:
    """Draw one part's state."""
    document = seen.documents.get(f"status:{part}")
    how, old = state(document, seen.looked_at), age(document, seen.looked_at)
    if document is None or old is None:
        st.badge(words(f"{part}_waiting"), icon=":material/hourglass_empty:", color="gray")
    elif how is State.STALE:
        st.badge(words(f"{part}_stale", span=words.numbers.span(old)), icon=":material/warning:", color="orange")
    elif part == "connectors" and (failed := len(failures(document))):
        st.badge(words("connectors_failed", count=failed), icon=":material/error:", color="red")
    else:
        lag = words.numbers.whole(document.get("lag_total", 0))
        st.badge(words(f"{part}_fresh", lag=lag), icon=":material/check_circle:", color="green")


def failures(connectors: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the connectors that do not carry changes to Kafka."""
    return [each for each in connectors.get("connectors", []) if each["problem"]]


def what_is_wrong(seen: Snapshot, words: Language) -> None:
    """Say in words what keeps the numbers from being new."""
    numbers = words.numbers
    if seen.down_since:
        since = numbers.time(seen.down_since)
        if seen.documents:
            st.error(words("redis_down", since=since, read=numbers.time(seen.read_at)), icon=":material/error:")
        else:
            st.error(words("redis_never", since=since), icon=":material/error:")
        return
    for part in ("faust", "spark"):
        document = seen.documents.get(f"status:{part}")
        old = age(document, seen.looked_at)
        if old is not None and state(document, seen.looked_at) is State.STALE:
            st.warning(words(f"{part}_silent", span=numbers.span(old)), icon=":material/warning:")
