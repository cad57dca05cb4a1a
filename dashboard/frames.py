"""Frames around what is shown. A title is text of the page: it wraps where it has to, and can be read aloud."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard import charts


@contextmanager
def aged(name: str, *, is_old: bool) -> Iterator[None]:
    """Show what follows, in grey where it is old: ``style.css`` knows it by its key."""
    with st.container(key=f"{'old' if is_old else 'now'}-{name}"):
        yield


@contextmanager
def framed(title: str) -> Iterator[None]:
    """Put what follows in a frame with a title, as high as its neighbours."""
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{title}**")
        yield


def ink() -> str:
    """Return the colour of text on the visitor's background."""
    return charts.INK["dark" if st.context.theme.type == "dark" else "light"]


def chart(drawn: charts.Chart, title: str, key: str) -> None:
    """Draw a chart in a frame."""
    with framed(title):
        st.altair_chart(drawn, key=key)
