"""How the parts of the pipeline are, in one line, and in words where one of them is not well."""

from collections.abc import Iterable
from datetime import datetime

import streamlit as st

from dashboard.faults import Severity
from dashboard.language import Language
from dashboard.markdown import plain
from dashboard.redis_reader import Document, Snapshot
from dashboard.states import STALE, State, age, as_of, state
from dashboard.verdicts import standing_still, verdicts

APART = 10
"""Seconds by which numbers are shown with an age of their own, beside that of the page."""


def line(seen: Snapshot, shown: Iterable[str], words: Language) -> None:
    """Draw the age of what is shown, by its slowest source, and what each part last said of itself.

    Args:
        seen: what was read.
        shown: the keys of the documents that are shown.
        words: the language.
    """
    numbers = words.numbers
    with st.container(horizontal=True, gap="small", key="status"):
        if seen.documents:
            how_old(until(seen, shown), seen.looked_at, words)
        if seen.down_since:
            st.badge(words("redis_off"), icon=":material/error:", color="red")
        else:
            st.badge(words("redis_up"), icon=":material/check_circle:", color="green")
        for part in ("faust", "spark", "connectors"):
            heartbeat(part, seen, words)
        if totals := seen.documents.get("metrics:dashboard"):
            st.badge(words("events", count=numbers.whole(totals["total_events"])), icon=":material/tag:", color="gray")


def until(seen: Snapshot, shown: Iterable[str]) -> datetime | None:
    """Return up to when documents are counted."""
    return as_of(seen.documents.get(key) for key in shown)


def how_old(counted: datetime | None, now: datetime, words: Language) -> None:
    """Draw up to when numbers are counted: in amber, with their age, where they are old."""
    if counted is None:
        st.badge(words("as_of_unknown"), icon=":material/schedule:", color="gray")
        return
    time, old = words.numbers.time(counted), now - counted
    if old > STALE:
        text = words("as_of_old", time=time, span=words.numbers.span(old))
        st.badge(text, icon=":material/schedule:", color="orange")
    else:
        st.badge(words("as_of", time=time), icon=":material/schedule:", color="gray")


def of_a_block(seen: Snapshot, block: Iterable[str], page: Iterable[str], words: Language) -> None:
    """Draw the age of a part of the page, where it is another than the whole page's."""
    mine, whole = until(seen, block), until(seen, page)
    if mine and (whole is None or (mine - whole).total_seconds() > APART):
        how_old(mine, seen.looked_at, words)


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


def failures(connectors: Document) -> set[str]:
    """Return the connectors that do not carry changes to Kafka, whatever they say of themselves."""
    failed = {each["name"] for each in connectors.get("connectors", []) if each["problem"]}
    return failed | standing_still(connectors).keys()


def redis_down(seen: Snapshot, words: Language) -> None:
    """Say that Redis is away, and of when the numbers are."""
    if seen.down_since is None:
        return
    since = words.numbers.time(seen.down_since)
    if seen.documents:
        st.error(words("redis_down", since=since, read=words.numbers.time(seen.read_at)), icon=":material/error:")
    else:
        st.error(words("redis_never", since=since), icon=":material/error:")


def what_is_wrong(seen: Snapshot, words: Language) -> None:
    """Say in words what keeps the numbers from being new, or right."""
    if seen.down_since:
        redis_down(seen, words)
        return
    for verdict in verdicts(seen.documents, seen.looked_at):
        if not verdict.fault.on_live:
            continue
        if verdict.fault.severity is Severity.CRITICAL:
            st.error(plain(words.cause(verdict)), icon=":material/error:")
        else:
            st.warning(plain(words.cause(verdict)), icon=":material/warning:")
