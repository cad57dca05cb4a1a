"""The page: `streamlit run dashboard/app.py`.

Staff leave it open all day; an operator looks at it when something is wrong.
"""

from functools import partial
from pathlib import Path

import streamlit as st

from dashboard.history import history
from dashboard.language import Language
from dashboard.live import live
from dashboard.pipeline import pipeline
from dashboard.texts import LANGUAGES

STYLE, ICON = (Path(__file__).parent / name for name in ("style.css", "icon.svg"))

PAGES = {"live": (live, "monitoring"), "history": (history, "calendar_month"), "pipeline": (pipeline, "account_tree")}
"""Each page's name, which is its path, what draws it, and its icon."""


def chosen_language() -> Language:
    """Return the language of the address (`?language=Español`), which the switch of `switch` changes."""
    wanted = st.session_state.get("language") or st.query_params.get("language")
    return Language(wanted if wanted in LANGUAGES else next(iter(LANGUAGES)))


def switch(words: Language) -> None:
    """Draw the switch of languages, and the sign-out where someone is signed in."""
    with st.container(horizontal=True, horizontal_alignment="right", key="switch"):
        st.segmented_control(
            words("language"),
            list(LANGUAGES),
            default=words.name,
            required=True,
            key="language",
            bind="query-params",
            label_visibility="collapsed",
        )
        if wants_sign_in():
            st.button(words("sign_out"), on_click=st.logout)


def wants_sign_in() -> bool:
    """Return whether the page is only for those who sign in: where ``secrets.toml`` has a section ``auth``."""
    try:
        return "auth" in st.secrets
    except FileNotFoundError:
        return False


def main() -> None:
    """Draw the page that the address names."""
    words = chosen_language()
    st.set_page_config(page_title=words("title"), page_icon=ICON, layout="wide")
    st.html(STYLE)
    if wants_sign_in() and not st.user.is_logged_in:
        st.title(words("title"))
        st.markdown(words("sign_in_first"))
        st.button(words("sign_in"), on_click=st.login, type="primary")
        return
    pages = [
        st.Page(
            partial(draw, words), title=words(name), icon=f":material/{icon}:", url_path=name, default=name == "live"
        )
        for name, (draw, icon) in PAGES.items()
    ]
    page = st.navigation(pages, position="top")
    switch(words)
    page.run()


main()
