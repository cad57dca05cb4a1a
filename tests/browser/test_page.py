"""The page in a real browser, on a pipeline that runs."""

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from decimal import Decimal
from functools import partial
from math import inf
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from connectors.definitions import load as load_connectors
from dashboard.numbers import Numbers
from dashboard.pictures import system_browser
from databases import connect
from settings import Database
from stack.ports import HOST, any_free
from tests.containers import is_healthy
from tests.faults.test_services import down
from tests.pipeline import Background, assert_exact, generate, load, metrics, samples, status, wait_until, worker

pytestmark = pytest.mark.timeout(600)

PAGES = ("Live", "History", "Pipeline")
PATIENCE = 60_000
"""Milliseconds for which the page may take to show something: several of its refreshes, on a busy machine."""

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
DRAWN_BY_STREAMLIT = [["[data-testid='stDataFrame']"], [".vega-embed"], ["[data-testid='stMetricChart']"]]
"""Canvases and their shadows: axe sees no text in them."""

FITS = """number => [...document.querySelectorAll('[data-testid=stMetricValue] > *')].map(value => {
    value.textContent = number
    return value.scrollWidth <= value.clientWidth
})"""

WRITE = Numbers("en_IE")
STREAMLIT = str(Path(sys.executable).with_name("streamlit"))
TOTALS = """
    SELECT count(*), sum(total_amount) FILTER (WHERE status IN ('paid', 'shipped', 'delivered')) FROM transaction
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Have the whole pipeline run, with something to show on each page, and return the page's address."""
    generate(2000)
    port = any_free()
    programs = [
        Background(sys.executable, "-m", "spark"),
        Background(sys.executable, "-m", "connectors", "watch"),
        Background(STREAMLIT, "run", "dashboard/app.py", "--server.port", str(port)),
    ]
    with ExitStack() as running:
        running.enter_context(worker())
        for program in programs:
            running.enter_context(program)
        wait_until(lambda: metrics("spark:behaviour").get("windows") and _sales_in_the_warehouse())
        yield f"http://{HOST}:{port}"


def _sales_in_the_warehouse() -> int:
    with closing(connect(Database.DWH)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM fact_sales")
        return int(cursor.fetchall()[0][0])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Have a browser: the system's."""
    with system_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Have the live page open, as wide as a laptop."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        page.get_by_test_id("stMetric").first.wait_for()
        yield page


def open_page(page: Page, name: str) -> None:
    """Go to a page by its link, and wait until it is drawn."""
    menu = page.get_by_test_id("stExpandSidebarButton")
    if menu.is_visible():  # a narrow screen
        menu.click()
    page.get_by_role("link", name=name).first.click()
    heading = {"Live": "Orders by status", "History": "Stock that lasts the shortest", "Pipeline": "What to do"}[name]
    page.get_by_text(heading).wait_for()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)


def value(page: Page, label: str) -> Locator:
    """Return where a card says its number."""
    card = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True))
    return card.get_by_test_id("stMetricValue")


@pytest.mark.usefixtures("address")
def test_a_workers_metrics_tell_of_the_parts_beside_it() -> None:
    def well() -> bool:
        told = {(sample.name, *sample.labels.values()): sample.value for sample in samples()}
        connectors = {told.get(("instashop_connector_well", each.name)) for each in load_connectors()}
        ages = [told.get(("instashop_status_age_seconds", part), inf) for part in ("connectors", "spark")]
        return connectors == {1} and max(ages) < inf

    wait_until(well)


def test_numbers_move_by_themselves_and_then_are_those_of_sql(page: Page) -> None:
    with load(rate=20):
        before = value(page, "Orders").inner_text()
        expect(value(page, "Orders")).not_to_have_text(before, timeout=PATIENCE)
    assert_exact()
    with closing(connect(Database.INSTASHOP)) as connection, connection.cursor() as cursor:
        cursor.execute(TOTALS)
        ((orders, revenue),) = cursor.fetchall()
    assert metrics("dashboard")["transactions"] == orders
    assert Decimal(metrics("dashboard")["revenue_total"]) == revenue
    expect(value(page, "Orders")).to_have_text(WRITE.whole(orders), timeout=PATIENCE)
    expect(value(page, "Revenue in total")).to_have_text(WRITE.short_money(revenue), timeout=PATIENCE)


@pytest.mark.parametrize("name", ["dashboard", "faust-worker", "spark"])
def test_the_health_checks_of_containers_see_what_runs(address: str, name: str) -> None:
    [worker] = status("faust")["workers"]
    urls = {"dashboard": address, "faust-worker": worker["monitor"], "spark": status("spark")["ui"]}
    for url, expected in ((urls[name], True), (f"http://{HOST}:{any_free()}", False)):
        assert is_healthy(name, partial(re.sub, r"http://[\w.-]+:\d+", url)) == expected


def test_redis_goes_and_comes_back(page: Page) -> None:
    orders = value(page, "Orders").inner_text()
    with down("redis", signal.SIGTERM):
        page.get_by_text(re.compile("Redis does not answer since")).wait_for()
        expect(value(page, "Orders")).to_have_text(orders)  # the last values stay
        open_page(page, "History")
        expect(value(page, "Revenue")).to_be_visible()
        open_page(page, "Live")
    page.get_by_text("Redis connected").wait_for()
    page.get_by_text(re.compile("Redis does not answer since")).wait_for(state="detached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_pages_fit_can_be_read_and_log_no_error(browser: Browser, address: str, width: int, scheme: str) -> None:
    errors: list[str] = []
    with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        page.get_by_test_id("stMetric").first.wait_for()
        for name in PAGES:
            open_page(page, name)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found = Axe().run(page, context={"exclude": DRAWN_BY_STREAMLIT}, options=RULES)
            assert found.violations_count == 0, f"{name}: {found.generate_report()}"
            fits = page.evaluate(FITS, WRITE.money("9999999.99"))
            assert all(fits)
            assert fits or name == "Pipeline"
    assert errors == []


def test_each_page_can_be_reached_by_keyboard(page: Page) -> None:
    for name in PAGES[1:]:
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.innerText || ''").strip().endswith(name):
                break
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(f"/{name.lower()}"))


def test_the_language_is_kept_in_the_address(page: Page) -> None:
    page.get_by_role("radio", name="Español").click()
    page.get_by_text("Pedidos por estado").wait_for()
    page.wait_for_url(re.compile("language=Espa"))
    page.reload()
    page.get_by_text("Pedidos por estado").wait_for()
