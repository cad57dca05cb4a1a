"""The real worker over a backlog, watched from outside: by what Redis shows."""

import asyncio
import time
from collections.abc import Iterator

import msgspec
from redis import Redis
from rich.progress import Progress

from benchmarks import backlog, sandbox
from kafka_client import silent_client
from settings import settings
from stack.process import Process

LOOK = 0.005  # seconds between two looks


def write_backlog(events: int, progress: Progress) -> None:
    """Make the topics, and let so many events wait in one of them."""
    writing = progress.add_task("Writing the backlog", total=events)
    backlog.create_topics()
    with silent_client():  # it says that it asks again, where a topic has no leader yet
        asyncio.run(backlog.fill(events, lambda more: progress.advance(writing, more)))


def catch_up(worker: Process, events: int, progress: Progress) -> Iterator[int]:
    """Wait until a worker has counted so many events. Yields how many are counted whenever Redis shows more.

    Raises:
        StackError: the worker ended.
    """
    task = progress.add_task("This worker", total=events)
    seen = 0
    with Redis.from_url(settings().redis_url) as redis:
        while seen < events:
            time.sleep(LOOK)
            sandbox.check(worker)
            counted = _counted(redis)
            if counted != seen:
                seen = counted
                progress.update(task, completed=seen)
                yield seen


def _counted(redis: Redis) -> int:
    document = redis.get("metrics:events")
    by_topic = msgspec.json.decode(document)["by_topic"] if isinstance(document, bytes) else {}
    return sum(by_topic.get(backlog.TOPIC, {}).values())
