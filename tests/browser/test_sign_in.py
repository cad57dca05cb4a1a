"""Where a provider is set, the page is only for those who sign in with it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dashboard.pictures import system_browser
from stack.ports import HOST, any_free
from tests.browser.provider import CLIENT, provider
from tests.pipeline import Background, wait_until

SECRETS = """
[auth]
redirect_uri = "{page}/oauth2callback"
cookie_secret = "of the tests alone"
client_id = "{client}"
client_secret = "of the tests alone"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Serve the page with sign-in, and return its address."""
    port, secrets = any_free(), tmp_path / "secrets.toml"
    page = f"http://{HOST}:{port}"
    options = ("--server.port", str(port), "--secrets.files", str(secrets))
    with provider() as signs_in:
        secrets.write_text(SECRETS.format(page=page, client=CLIENT, provider=signs_in))
        with Background(sys.executable, "-m", "streamlit", "run", "dashboard/app.py", *options) as server:
            wait_until(lambda: server.said(page.removeprefix("http://")))
            yield page


def test_who_signs_in_sees_the_shop_and_who_does_not_sees_nothing(address: str) -> None:
    with system_browser() as browser:
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{address}/history")
        sign_in = page.get_by_role("button", name="Sign in")
        sign_in.wait_for()
        expect(page.get_by_role("link", name="History")).to_have_count(0)

        sign_in.click()
        page.get_by_role("link", name="History").wait_for()
        page.get_by_role("button", name="Sign out").click()
        sign_in.wait_for()
        expect(page.get_by_role("link", name="History")).to_have_count(0)
