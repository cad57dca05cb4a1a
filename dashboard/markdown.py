"""Texts that come with the data, within Streamlit's Markdown."""

import re

SPECIAL = re.compile(r"([\\`*_\[\]<>$~#])")


def plain(text: str) -> str:
    """Return a text that Markdown shows as it is: no link, no picture, no formula."""
    return SPECIAL.sub(r"\\\1", text)
