"""Spark may end in any way, and Redis may forget: each window is what a recount of the topics says."""

import asyncio
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyspark
import pytest
from aiokafka import AIOKafkaProducer
from redis import Redis

from kafka_client import aiokafka_options
from settings import DATA, settings
from stack import jars
from stack.ports import HOST, any_free
from tests.faults.test_services import down
from tests.pipeline import (
    Background,
    assert_exact,
    generate,
    load,
    metrics,
    run,
    status,
    wait_until,
    wait_until_shared_by,
    worker,
)
from tests.windows import assert_windows_are_exact

NAMES = ("transactions", "categories", "behaviour")
QUERIES = tuple(part for name in NAMES for part in ("--query", name))
SPARK = (sys.executable, "-m", "spark", *QUERIES)
SPARK_HOME = Path(pyspark.__file__).parent

pytestmark = pytest.mark.timeout(900)  # Spark takes its time to start, and each test starts it some times


@pytest.fixture(autouse=True)
def _worker() -> Iterator[None]:
    """Have the items of order lines made."""
    with worker():
        yield


def progress(name: str) -> Any:
    """Return what Spark says of a query; an empty document where it says nothing."""
    return status("spark").get("queries", {}).get(name, {})


def forget_status() -> None:
    """Forget how the last session's queries were, which would be taken for this one's."""
    with Redis.from_url(settings().redis_url) as redis:
        redis.delete("status:spark")


def placed() -> int:
    """Return how many orders the windows show."""
    return sum(window["count"] for window in metrics("spark:transactions").get("windows", []))


def catch_up() -> None:
    """Let Spark read all that is there."""
    assert_exact()
    done = run(*SPARK, "--once")
    assert done.returncode == 0, done.stderr


def revenue_by_window() -> dict[str, Decimal]:
    return {window["start"]: Decimal(window["revenue"]) for window in metrics("spark:transactions").get("windows", [])}


def revenue_in_total() -> Decimal:
    return Decimal(metrics("revenue")["total"])


def test_kills_while_the_shop_is_busy_and_a_rebuild() -> None:
    catch_up()
    total, earned = revenue_in_total(), revenue_by_window()
    with load(rate=10) as shop:
        for _ in range(2):
            before = placed()
            victim = Background(*SPARK)
            wait_until(lambda before=before: placed() > before)  # type: ignore[misc]
            victim.kill()
        shop.stop()
    catch_up()
    assert_windows_are_exact()
    assert progress("transactions")["late"] == 0
    gained = sum(revenue - earned.get(window, 0) for window, revenue in revenue_by_window().items())
    assert gained == revenue_in_total() - total

    shutil.rmtree(DATA / "spark")
    with Redis.from_url(settings().redis_url) as redis:
        redis.flushall()
    catch_up()
    assert_windows_are_exact()


def test_redis_goes_and_comes_back_empty_and_records_are_unreadable() -> None:
    forget_status()
    with Background(*SPARK) as spark:
        wait_until(lambda: progress("transactions"))
        with down("redis", signal.SIGTERM):
            generate(events=200)
            wait_until(lambda: spark.said("is away"))
        wait_until(lambda: all(metrics(f"spark:{name}") for name in NAMES))
        with Redis.from_url(settings().redis_url) as redis:
            redis.flushall()
        wait_until(lambda: all(metrics(f"spark:{name}") for name in NAMES))  # of a quiet shop

        for topic in ("transaction", "transaction_items", "interaction"):
            asyncio.run(spoil(topic))
        wait_until(lambda: all(progress(name).get("unreadable") == 2 for name in NAMES))
        generate(events=100)
    catch_up()
    assert_windows_are_exact()


def test_a_cluster_and_spark_submit_give_the_same_numbers() -> None:
    """A master with two workers on this machine, and a second worker of the Faust app."""
    with worker(), cluster() as master:
        wait_until_shared_by(2)
        generate(events=300)
        shutil.rmtree(DATA / "spark")
        assert_exact()
        files = ",".join(map(str, jars.SPARK.glob("*.jar")))
        submit = str(SPARK_HOME / "bin" / "spark-submit"), "--master", master, "--jars", files, "spark/__main__.py"
        done = run(*submit, *QUERIES, "--once", PYSPARK_PYTHON=sys.executable)
        assert done.returncode == 0, done.stderr
        assert_windows_are_exact()


@contextmanager
def cluster() -> Iterator[str]:
    """Run a standalone master with two workers, and return its address."""
    address = f"spark://{HOST}:{any_free()}"
    of_its_own = "--host", HOST, "--webui-port", "0", "--work-dir", str(DATA / "spark-workers")
    with (
        daemon("master.Master", "--host", HOST, "--port", address.rpartition(":")[2], "--webui-port", "0") as master,
        daemon("worker.Worker", *of_its_own, "--cores", "1", "--memory", "1g", address),
        daemon("worker.Worker", *of_its_own, "--cores", "1", "--memory", "1g", address),
    ):
        wait_until(lambda: len(master.said("Registering worker")) == 2)
        yield address


@contextmanager
def daemon(name: str, *arguments: str) -> Iterator[Background]:
    process = Background(str(SPARK_HOME / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *arguments)
    try:
        yield process
    finally:
        process.kill()


async def spoil(topic: str) -> None:
    """Send what cannot be read, and a tombstone, which is none."""
    async with AIOKafkaProducer(**aiokafka_options()) as producer:
        for value in (b"\x00\xff", b'{"op": "c", "source": {"ts_ms": 1}, "after": {}}', None):
            await producer.send_and_wait(topic, value, key=b"bad")
