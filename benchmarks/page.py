"""What a page costs: how soon it is drawn, and how often Redis is read with one page open and with many."""

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from signal import SIGTERM

import msgspec
import requests
from playwright.sync_api import Page
from redis import Redis
from rich.progress import Progress
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from app.documents import EMPTY, Totals, documents
from benchmarks import sandbox
from benchmarks.report import Result
from dashboard.pictures import system_browser
from settings import CHECKOUT, DATA, settings
from stack.ports import HOST, any_free
from stack.process import Process

MANY = 20
SECONDS = 60.0
"""How long reads are counted: some twelve refreshes."""

READS = 1.2
"""How many times as often many pages may read as one does."""

CHANGES = 5
PATIENCE = 120_000.0  # milliseconds
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def measure(progress: Progress) -> list[Result]:
    """Open one page, then many, on documents that a worker would have written."""
    with (
        sandbox.services(progress),
        Redis.from_url(settings().redis_url) as redis,
        served(redis) as address,
        system_browser() as browser,
        browser.new_context() as context,
    ):
        context.set_default_timeout(PATIENCE)
        first = context.new_page()
        drawn = opened(first, address)
        painted = first.evaluate(PAINTED)
        one = reads(redis, "One page is open", progress)
        for _ in range(MANY - 1):
            opened(context.new_page(), address)
        many = reads(redis, f"{MANY} pages are open", progress)
        refreshed = [until_shown(redis, first, 1_001 + number) for number in range(CHANGES)]
    return [
        Result("the page's first paint", f"{painted:.0f} ms"),
        Result("the page's first numbers", f"{drawn:.1f} s"),
        Result(f"a change in Redis to the page, {MANY} pages open, p50", f"{statistics.median(refreshed):.1f} s"),
        Result(f"the same, the longest of {CHANGES}", f"{max(refreshed):.1f} s"),
        Result("reads of Redis a minute, 1 page open", f"{one * 60 / SECONDS:.0f}"),
        Result(f"reads of Redis a minute, {MANY} pages open", f"{many * 60 / SECONDS:.0f}"),
        Result(f"reads, {MANY} pages : 1 page", f"{many / one:.2f}", f"≤ {READS}", many <= READS * one),
    ]


@contextmanager
def served(redis: Redis) -> Iterator[str]:
    """Serve the page within a ``with`` block, and yield its address, once it answers.

    Raises:
        StackError: it cannot be started.
    """
    publish(redis, orders=0)
    server, address = Process("page", DATA), f"http://{HOST}:{(port := any_free())}"
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.port", str(port)]
    server.start(command, folder=CHECKOUT, environment={}, user=None)
    refused = retry_if_exception_type(requests.ConnectionError)
    try:
        retry(retry=refused, stop=stop_after_delay(60), wait=wait_fixed(0.1))(requests.get)(address, timeout=10)
        yield address
    finally:
        server.stop(SIGTERM)


def publish(redis: Redis, orders: int) -> None:
    """Write the documents of a shop of so many orders."""
    totals: Totals = {"transactions": {("count",): orders}}
    for name, document in documents(EMPTY, totals, datetime.now(UTC)).items():
        redis.set(f"metrics:{name}", msgspec.json.encode(document))


def opened(page: Page, address: str) -> float:
    """Open a page, and return the seconds until its numbers stand there."""
    began = time.perf_counter()
    page.goto(address)
    page.get_by_test_id("stMetric").first.wait_for()
    return time.perf_counter() - began


def reads(redis: Redis, doing: str, progress: Progress) -> int:
    """Return how often pages read Redis in `SECONDS`."""
    task = progress.add_task(doing, total=None)
    before = _reads(redis)
    time.sleep(SECONDS)
    progress.remove_task(task)
    return _reads(redis) - before


def _reads(redis: Redis) -> int:
    return int(redis.info("commandstats").get("cmdstat_mget", {}).get("calls", 0))


def until_shown(redis: Redis, page: Page, orders: int) -> float:
    """Change how many orders there are, and return the seconds until a page shows it."""
    publish(redis, orders)
    began = time.perf_counter()
    page.get_by_text(f"{orders:,}", exact=True).first.wait_for()
    return time.perf_counter() - began
