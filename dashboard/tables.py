"""Tables: their columns named and formatted by what they hold, and as CSV."""

from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.language import Language

FORMATS = {
    "revenue": "euro",
    "margin": "euro",
    "units_per_day": "%.1f",
    "days_of_cover": "%.1f",
    "average_days": "%.1f",
    "margin_share": "percent",
    "on_time_share": "percent",
    "newest": "datetime",
}
"""What a column holds, by its name; what is not here is shown as it is."""


def draw(frame: pd.DataFrame, title: str, key: str, words: Language, *, height: int | None = None) -> None:
    """Draw a table in a frame, with its title and a button that downloads all of it.

    Args:
        frame: what is shown. Its columns are names of `texts.VALUES`.
        title: what is seen.
        key: a name of its own on the page, and of the file.
        words: the language.
        height: in pixels, where it is not as high as its rows.
    """
    with st.container(border=True, key=f"table-{key}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{title}**", width="content")
            download(frame, key, words)
        shown = frame.map(lambda value: float(value) if hasattr(value, "as_tuple") else value)
        columns: dict[str, Any] = {name: _column(name, frame[name], words) for name in frame.columns}
        st.dataframe(
            shown.map(lambda value: words.known(value) if isinstance(value, str) else value),
            hide_index=True,
            height=height or "auto",
            column_config=columns,
            alt=title,
            key=f"rows-{key}",
        )


def download(frame: pd.DataFrame, key: str, words: Language) -> None:
    """Draw the button that downloads a frame, exactly as SQL gave it."""
    st.download_button(
        words("download"),
        lambda: frame.to_csv(index=False).encode(),
        f"{key}.csv",
        "text/csv",
        key=f"csv-{key}",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
    )


def _column(name: str, column: "pd.Series[Any]", words: Language) -> Any:
    title, kind = words.value(name), FORMATS.get(name)
    if kind == "datetime" or (len(column) and isinstance(column.iloc[0], datetime)):
        return st.column_config.DatetimeColumn(title, format="YYYY-MM-DD HH:mm:ss", timezone="UTC")
    if kind:
        return st.column_config.NumberColumn(title, format=kind)
    if pd.api.types.is_numeric_dtype(column):
        return st.column_config.NumberColumn(title, format="localized")
    return st.column_config.Column(title)
