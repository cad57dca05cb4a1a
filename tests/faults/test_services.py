"""Services may go away and come back, Redis without what it held: the numbers stay exact."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis

from connectors.topics import admin
from settings import settings
from tests.pipeline import (
    Background,
    assert_exact,
    counted,
    load,
    service,
    wait_until,
    wait_until_more_is_counted,
    worker,
)


@pytest.fixture
def shop() -> Iterator[Background]:
    """Have a worker count what a busy shop does."""
    with worker(), load() as shop:
        wait_until_more_is_counted()
        yield shop


@pytest.mark.parametrize("name", ["connect", "kafka", "postgres"])
def test_a_service_is_killed_and_started_again(shop: Background, name: str) -> None:
    with down(name, signal.SIGKILL):
        pass

    wait_until_more_is_counted()
    shop.stop()
    assert_exact()


def test_redis_forgets_everything_while_the_shop_is_busy_and_while_it_is_quiet(shop: Background) -> None:
    with Redis.from_url(settings().redis_url) as redis:
        redis.flushall()
        wait_until(lambda: counted() > 0)
        shop.stop()
        assert_exact()

        redis.flushall()
        assert_exact()


def test_counting_goes_on_without_redis(shop: Background) -> None:
    with down("redis", signal.SIGTERM):
        before = committed()
        wait_until(lambda: committed() > before + 500)

    wait_until_more_is_counted()
    shop.stop()
    assert_exact()


@contextmanager
def down(name: str, how: signal.Signals) -> Iterator[None]:
    """Have a service end, and start it again after the block."""
    ended = service(name)
    assert ended.process.pid is not None
    os.kill(ended.process.pid, how)
    wait_until(lambda: not ended.process.alive)
    try:
        yield
    finally:
        ended.start(settings())
        ended.wait(settings())


def committed() -> int:
    """Return the sum of the offsets that the workers have committed."""

    async def ask() -> int:
        async with admin() as client:
            offsets = await client.list_consumer_group_offsets("instashop")
        return sum(each.offset for each in offsets.values())

    return asyncio.run(ask())
