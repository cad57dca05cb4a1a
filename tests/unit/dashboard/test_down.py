"""The page without Redis: words, no trace."""

import socket

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.texts import ENGLISH
from settings import CHECKOUT, settings


def test_redis_down_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unserved:
        unserved.bind(("127.0.0.1", 0))  # bound and not listening: refused for as long as it is held
        monkeypatch.setenv("INSTASHOP_REDIS_URL", f"redis://127.0.0.1:{unserved.getsockname()[1]}/0")
        settings.cache_clear()
        st.cache_resource.clear()
        st.cache_data.clear()
        page = AppTest.from_file(str(CHECKOUT / "dashboard" / "app.py"), default_timeout=30).run()
    settings.cache_clear()
    st.cache_resource.clear()
    st.cache_data.clear()
    assert [error.value for error in page.error] == [ENGLISH["redis_down"]]
    assert not page.exception
