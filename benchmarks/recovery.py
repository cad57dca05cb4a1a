"""How long a worker takes to start again after a busy hour: it reads its tables back from their changelogs first."""

import asyncio
import time
from collections.abc import Iterator
from signal import SIGTERM

import orjson
from aiokafka import AIOKafkaProducer
from redis import Redis
from rich.progress import Progress

from benchmarks import backlog, sandbox
from benchmarks.report import Result
from kafka_client import aiokafka_options, silent_client
from settings import settings

CHANGELOG = f"instashop-{backlog.TOPIC}_totals-changelog"
RECORDS = 200_000
"""More than compaction leaves alone for ten minutes, in which four partitions write thirty partials twice a second."""
PARTIALS = 30
LOOK = 0.05  # seconds between two looks


def measure(progress: Progress) -> list[Result]:
    """Measure the start of a worker twice: the first has nothing to read."""
    with sandbox.services(progress):
        backlog.create_topics()
        seconds_until_ready()  # which makes the changelogs
        without = seconds_until_ready()
        writing = progress.add_task("Writing the changelog", total=None)
        with silent_client():
            asyncio.run(fill())
        progress.remove_task(writing)
        after = seconds_until_ready()
    return [
        Result("start of a worker, with nothing in its tables' changelogs", f"{without:.1f} s"),
        Result(f"with {RECORDS:,} records in one of them", f"{after:.1f} s"),
        Result("the one : the other", f"{after / without:.2f}"),
    ]


def seconds_until_ready() -> float:
    """Start a worker, and return after how many seconds it has its tables; then it reports itself. End it.

    Raises:
        StackError: the worker ended.
    """
    with Redis.from_url(settings().redis_url) as redis:
        redis.flushall()
        started, worker = time.perf_counter(), sandbox.start_worker()
        while not redis.exists("status:faust"):
            time.sleep(LOOK)
            sandbox.check(worker)
        seconds = time.perf_counter() - started
        worker.stop(SIGTERM)
    return seconds


async def fill() -> None:
    """Write what a worker writes, as fast as Kafka takes it."""
    async with AIOKafkaProducer(**aiokafka_options(), linger_ms=5) as producer:
        for key, value, partition in entries(settings().partitions):
            await producer.send(CHANGELOG, value, key, partition)


def entries(partitions: int) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield the records, and each one's partition: of each in turn all its partials, once a tick."""
    for tick in range(RECORDS // partitions // PARTIALS):
        for partition in range(partitions):
            for partial in range(PARTIALS):
                yield orjson.dumps([partition, "measured", str(partial)]), orjson.dumps([tick, tick]), partition
