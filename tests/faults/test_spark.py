"""Spark may end in any way, and Redis may forget: each window is what a recount of the topics says."""

import asyncio
import json
import shutil
import signal
import sys
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from redis import Redis

from settings import DATA, settings
from tests.faults.test_services import down
from tests.items import make_topic, send_items
from tests.pipeline import Background, generate, load, metrics, run, wait_until
from tests.windows import assert_windows_are_exact

NAMES = ("transactions", "categories", "behaviour")
SPARK = (sys.executable, "-m", "spark", *(part for name in NAMES for part in ("--query", name)))

pytestmark = pytest.mark.timeout(900)  # Spark takes its time to start, and each test starts it some times


@pytest.fixture(autouse=True)
def _items() -> None:
    make_topic()


def status(name: str) -> Any:
    with Redis.from_url(settings().redis_url) as redis:
        return json.loads(redis.get("status:spark") or '{"queries": {}}')["queries"].get(name, {})


def placed() -> int:
    """Return how many orders the windows show."""
    return sum(window["count"] for window in metrics("spark:transactions").get("windows", []))


def catch_up() -> None:
    """Let Spark read all that is there."""
    asyncio.run(send_items())
    done = run(*SPARK, "--once")
    assert done.returncode == 0, done.stderr


def test_kills_while_the_shop_is_busy_and_a_rebuild() -> None:
    with load(rate=100) as shop:
        for _ in range(2):
            before = placed()
            victim = Background(*SPARK)
            wait_until(lambda before=before: placed() > before)  # type: ignore[misc]
            victim.kill()
        shop.stop()
    catch_up()
    assert_windows_are_exact()
    assert status("transactions")["late"] == 0

    shutil.rmtree(DATA / "spark")
    with Redis.from_url(settings().redis_url) as redis:
        redis.flushall()
    catch_up()
    assert_windows_are_exact()


def test_redis_goes_and_comes_back_empty_and_records_are_unreadable() -> None:
    with Background(*SPARK) as spark:
        wait_until(lambda: status("transactions").get("batches"))
        with down("redis", signal.SIGTERM):
            generate(events=200)
            asyncio.run(send_items())
            wait_until(lambda: spark.said("is away"))
        wait_until(lambda: all(metrics(f"spark:{name}") for name in NAMES))
        with Redis.from_url(settings().redis_url) as redis:
            redis.flushall()
        wait_until(lambda: all(metrics(f"spark:{name}") for name in NAMES))  # of a quiet shop

        for topic in ("transaction", "transaction_items", "interaction"):
            asyncio.run(spoil(topic))
        wait_until(lambda: all(status(name).get("unreadable") == 2 for name in NAMES))
        generate(events=100)
    catch_up()
    assert_windows_are_exact()


async def spoil(topic: str) -> None:
    """Send what cannot be read, and a tombstone, which is none."""
    async with AIOKafkaProducer(bootstrap_servers=settings().kafka) as producer:
        for value in (b"\x00\xff", b'{"op": "c", "source": {"ts_ms": 1}, "after": {}}', None):
            await producer.send_and_wait(topic, value, key=b"bad")
