"""Numbers on cards: the value, what it is compared with, and the line of its way there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Card:
    """One number, written out.

    Attributes:
        label: What it is.
        value: How much it is.
        change: Since what it is compared with, signed; none where there is nothing to compare it with. What that
            is, the page says once for all cards.
        line: Its way there, oldest first; drawn where there was any.
        help: What it means exactly.
    """

    label: str
    value: str
    change: str | None = None
    line: Sequence[float] = ()
    help: str | None = None


def draw(cards: Iterable[Card]) -> None:
    """Draw cards in a row, or as many rows as it takes."""
    with st.container(horizontal=True, key="cards"):
        for card in cards:
            st.metric(
                card.label,
                card.value,
                card.change,
                chart_data=card.line if any(card.line) else None,
                chart_type="area",
                border=True,
                height="stretch",
                help=card.help,
            )
