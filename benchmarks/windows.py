"""Spark over a backlog, and how fresh its windows are."""

import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

from redis import Redis
from rich.progress import Progress

from benchmarks import backlog, sandbox
from benchmarks.report import Result, percentiles
from databases import connect
from settings import CHECKOUT, DATA, Database, settings
from spark.queries import QUERIES
from stack import StackError

LINES = (300_000, 500_000)
"""Order lines after which the queries catch up: what they keep must not grow with them. It takes longer to sell the
first of these than the minute of which each line is remembered.
"""

GROWTH = 1.2
UNEQUAL = 500_000
"""Events that wait in partitions of very unequal length."""

LIVE = 1_200
"""Seconds for which the shop is watched live: a hundred windows, of which one is slower than the p99."""

LIVE_RATE = 50
START, MARGIN = 90, 30
"""Seconds at the beginning and at the end whose windows do not count: Spark starts, and the last is not over."""

LOOK = 0.02  # seconds between two looks at Redis
WINDOWS = ("transactions", "categories", "behaviour")
ALL = [query.name for query in QUERIES]


def measure(progress: Progress) -> list[Result]:
    """Let a shop sell, and Spark catch up with it; then watch the two live."""
    late = late_of_unequal(progress)
    with sandbox.services(progress):
        sandbox.output_of([sys.executable, "-m", "databases"])
        sandbox.connect()
        sandbox.start_worker()
        kept = []
        for lines in LINES:
            sell(lines, progress)
            shutil.rmtree(DATA / "spark", ignore_errors=True)  # catch up from earliest
            took = catch_up(progress)
            kept.append((state_rows(), checkpoint_mib()))
        parsing = float(sandbox.output_of(sandbox.program("spark_parse")))
        fresh = freshness(progress)
        mib_live = checkpoint_mib()
    p50, p99 = percentiles(fresh)
    (rows, mib), (rows_later, mib_later) = kept
    return [
        Result(f"Spark: late of {UNEQUAL:,} events in unequal partitions", f"{late:,}", "0", late == 0),
        Result("Spark: order lines a second through all queries and into the warehouse", f"{LINES[-1] / took:,.0f}"),
        Result("Spark: order lines a second that one query only parses", f"{LINES[-1] / parsing:,.0f}"),
        Result("Spark: all queries : parsing", f"{parsing / took:.2f}"),
        Result(
            f"Spark: rows of state after {LINES[0]:,} and {LINES[1]:,} lines",
            f"{rows:,} and {rows_later:,}",
            f"≤ {GROWTH}",
            rows_later <= GROWTH * rows,
        ),
        Result("Spark: checkpoints, each made by one batch", f"{mib:.0f} and {mib_later:.0f} MiB"),
        Result(f"Spark: checkpoints after {LIVE} s more of a live shop", f"{mib_live:.0f} MiB"),
        Result("Spark: a window's end to its last value in Redis, p50", f"{p50:.1f} s"),
        Result("Spark: the same, p99", f"{p99:.1f} s"),
        Result(f"Spark: the same, the longest of {len(fresh)}", f"{max(fresh):.1f} s"),
    ]


def late_of_unequal(progress: Progress) -> int:
    """Return how many events are late where one partition has 90 of 100, another 9, a third one, and a fourth none."""
    with sandbox.services(progress):
        backlog.create_topics()
        writing = progress.add_task("Writing unequal partitions", total=UNEQUAL)
        asyncio.run(backlog.fill(UNEQUAL, lambda more: progress.advance(writing, more), unequal))
        catch_up(progress, "transactions")
        return int(queries()["transactions"]["late"])


def unequal(key: bytes) -> int:
    """Return the partition of an order."""
    place = json.loads(key)["id"] % 100
    return int(place >= 90) + int(place >= 99)


def sell(lines: int, progress: Progress) -> None:
    """Let the shop sell until there are so many order lines, and the worker counts them."""
    task = progress.add_task(f"Selling {lines:,} order lines", total=lines)
    with shop(rate=0), closing(connect(Database.INSTASHOP)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        sold = 0
        while sold < lines:
            time.sleep(1)
            cursor.execute("SELECT coalesce(max(id), 0) FROM transactiondetail")
            ((sold,),) = cursor.fetchall()
            progress.update(task, completed=sold)
    sandbox.output_of([sys.executable, "-m", "faust", "-A", "app", "reconcile", "--timeout", "600"])


@contextmanager
def shop(rate: int) -> Iterator[None]:
    """Have a shop run within a ``with`` block."""
    command = [sys.executable, "-m", "generator", "--rate", str(rate), "--minutes", "600"]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:  # noqa: S603
        try:
            yield
        finally:
            running.terminate()


def catch_up(progress: Progress, *names: str) -> float:
    """Run queries, by default all, over what is there, and return the seconds from their start to their end."""
    task = progress.add_task("Spark catches up", total=None)
    command = [sys.executable, "-m", "spark", "--once", *selected(names)]
    with subprocess.Popen(command, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True) as spark:  # noqa: S603
        began = 0.0
        for line in spark.stderr or ():
            if "http" in line and (names or ALL)[-1] in line:
                began = time.perf_counter()
    if spark.returncode or not began:
        raise StackError(f"Spark failed: {line}")
    progress.update(task, total=1, completed=1)
    return time.perf_counter() - began


def selected(names: Iterable[str]) -> list[str]:
    """Return the options that select queries."""
    return [part for name in names for part in ("--query", name)]


def queries() -> dict[str, dict[str, Any]]:
    """Return what is known of each query."""
    with Redis.from_url(settings().redis_url) as redis:
        known: dict[str, dict[str, Any]] = json.loads(redis.get("status:spark") or "{}")["queries"]
    return known


def state_rows() -> int:
    """Return how many rows of state all queries hold."""
    return sum(int(query["state_rows"]) for query in queries().values())


def checkpoint_mib() -> float:
    """Return the size of all checkpoints, and the windows beside them, in MiB."""
    return sum(file.stat().st_size for file in (DATA / "spark").rglob("*") if file.is_file()) / 2**20


def freshness(progress: Progress) -> list[float]:
    """Return, of each window of each query in a busy shop, the seconds from its end to its last change in Redis."""
    task = progress.add_task("Watching live", total=LIVE)
    command = [sys.executable, "-m", "spark", *selected(WINDOWS)]
    with (
        shop(LIVE_RATE),
        subprocess.Popen(command, cwd=CHECKOUT, stderr=subprocess.DEVNULL) as spark,  # noqa: S603
    ):
        try:
            changed = watch(lambda elapsed: progress.update(task, completed=elapsed))
        finally:
            spark.terminate()
    return [at - end for (_, end), at in changed.items()]


def watch(advance: Callable[[float], None]) -> dict[tuple[str, float], float]:
    """Return, by query and end of each window that began and ended meanwhile, when Redis last showed a change of it."""
    began = time.time()
    shown: dict[tuple[str, str], object] = {}
    changed: dict[tuple[str, float], float] = {}
    with Redis.from_url(settings().redis_url) as redis:
        while time.time() < began + LIVE:
            time.sleep(LOOK)
            advance(time.time() - began)
            for name in WINDOWS:
                for window in json.loads(redis.get(f"metrics:spark:{name}") or '{"windows": []}')["windows"]:
                    if shown.get((name, window["start"])) != window:
                        shown[name, window["start"]] = window
                        changed[name, datetime.fromisoformat(window["end"]).timestamp()] = time.time()
    return {of: at for of, at in changed.items() if began + START < of[1] < began + LIVE - MARGIN}
