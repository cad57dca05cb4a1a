"""From COMMIT in PostgreSQL to what Redis shows, through the whole pipeline, order by order."""

import asyncio
import json
import statistics
import subprocess
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import NamedTuple

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from redis.asyncio import Redis
from rich.progress import Progress

from benchmarks import sandbox
from benchmarks.backlog import TOPIC
from benchmarks.commits import lane
from benchmarks.report import Result
from kafka_client import aiokafka_options
from settings import CHECKOUT, settings
from stack import StackError
from stack.process import Process

P50 = 40.0  # milliseconds
P99 = 100.0

LOOK = 0.003  # seconds between two looks at Redis
PATIENCE = 120.0  # seconds that the last orders are given to arrive


class Load(NamedTuple):
    """So many orders, at a rate a second."""

    rate: int
    orders: int


WARM_UP = Load(rate=1_000, orders=20_000)
LOADS = (Load(rate=10, orders=300), Load(rate=1_000, orders=20_000))


class Watch:
    """Notes when orders arrive in Kafka, for a reader of what is committed, and in Redis, for a reader of its metrics.

    Times are those of the system's monotonic clock, in seconds.
    """

    def __init__(self, consumer: AIOKafkaConsumer, redis: Redis) -> None:
        self._consumer = consumer
        self._redis = redis
        self.in_kafka: dict[int, float] = {}
        self.in_redis: dict[str, list[float]] = defaultdict(list)
        """By channel, when Redis showed its first order, its second and so on."""

    async def kafka(self) -> None:
        """Note each order that arrives in Kafka, until cancelled."""
        while True:
            fetched = await self._consumer.getmany(timeout_ms=1000)
            now = time.monotonic()
            for records in fetched.values():
                for record in records:
                    if record.key:  # and not a reset
                        self.in_kafka.setdefault(json.loads(record.key)["id"], now)

    async def redis(self) -> None:
        """Note how many orders of each channel Redis shows, until cancelled."""
        shown = None
        while True:
            document = await self._redis.get("metrics:transactions")
            if document and document != shown:
                now, shown = time.monotonic(), document
                for channel, count in msgspec.json.decode(document)["by_channel"].items():
                    seen = self.in_redis[channel]
                    seen += [now] * (count - len(seen))
            await asyncio.sleep(LOOK)

    def visible(self, orders: Iterable[int]) -> dict[int, float]:
        """Return when Redis showed each order, of all that there ever were, in the order of their commits."""
        places = {channel: iter(times) for channel, times in self.in_redis.items()}
        return {order: next(places[lane(order)]) for order in orders}

    def __str__(self) -> str:
        return f"{len(self.in_kafka):,} arrived in Kafka and {self.count:,} in Redis"

    @property
    def count(self) -> int:
        """How many orders Redis shows."""
        return sum(len(times) for times in self.in_redis.values())


@asynccontextmanager
async def watching() -> AsyncIterator[Watch]:
    """Watch Kafka and Redis within an ``async with`` block."""
    consumer = AIOKafkaConsumer(**aiokafka_options(), auto_offset_reset="earliest", isolation_level="read_committed")
    redis = Redis.from_url(settings().redis_url)
    await consumer.start()
    consumer.assign([TopicPartition(TOPIC, partition) for partition in range(settings().partitions)])
    watch = Watch(consumer, redis)
    tasks = [asyncio.create_task(watch.kafka()), asyncio.create_task(watch.redis())]
    try:
        yield watch
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await consumer.stop()
        await redis.aclose()


async def commit(first: int, load: Load) -> dict[int, float]:
    """Have orders inserted by another process, and return when each was committed."""
    command = sandbox.program("commits", first, load.orders, load.rate)
    process = await asyncio.create_subprocess_exec(*command, cwd=CHECKOUT, stdout=subprocess.PIPE)
    printed, _ = await process.communicate()
    return {int(order): at for order, at in json.loads(printed).items()}


async def run(progress: Progress, worker: Process) -> AsyncIterator[tuple[Load, list[float], list[float]]]:
    """Run the loads one after the other. Yields each with the milliseconds to Kafka and to Redis of its orders."""
    committed: dict[int, float] = {}
    async with watching() as watch:
        for load in (WARM_UP, *LOADS):
            task = progress.add_task(f"{load.rate:,} orders a second", total=load.orders)
            before = len(committed)
            committing = asyncio.create_task(commit(before + 1, load))
            deadline = time.monotonic() + load.orders / load.rate + PATIENCE
            while not (committing.done() and watch.count == len(watch.in_kafka) == before + load.orders):
                sandbox.check(worker)
                if time.monotonic() > deadline:
                    raise StackError(f"Of {before + load.orders:,} orders {watch} in {PATIENCE:.0f} s.")
                await asyncio.sleep(0.2)
                progress.update(task, completed=watch.count - before)
            committed |= committing.result()
            if load is not WARM_UP:
                visible = watch.visible(committed)
                mine = range(before + 1, len(committed) + 1)
                yield (
                    load,
                    [1000 * (watch.in_kafka[order] - committed[order]) for order in mine],
                    [1000 * (visible[order] - committed[order]) for order in mine],
                )


def rows(load: Load, to_kafka: list[float], to_redis: list[float]) -> list[Result]:
    """Return what is to be shown of a load."""
    kafka, redis = (statistics.quantiles(leg, n=100, method="inclusive") for leg in (to_kafka, to_redis))
    return [
        Result(f"commit to Kafka at {load.rate:,}/s, p50", f"{kafka[49]:.0f} ms"),
        Result(f"commit to Kafka at {load.rate:,}/s, p99", f"{kafka[98]:.0f} ms"),
        Result(f"commit to Redis at {load.rate:,}/s, p50", f"{redis[49]:.0f} ms", f"≤ {P50:.0f} ms", redis[49] <= P50),
        Result(f"commit to Redis at {load.rate:,}/s, p99", f"{redis[98]:.0f} ms", f"≤ {P99:.0f} ms", redis[98] <= P99),
        Result(f"commit to Redis at {load.rate:,}/s, max", f"{max(to_redis):.0f} ms"),
    ]


def measure(progress: Progress) -> list[Result]:
    """Measure, and return what is to be shown."""

    async def results() -> list[Result]:
        return [row async for measured in run(progress, worker) for row in rows(*measured)]

    with sandbox.services(progress):
        sandbox.connect()
        worker = sandbox.start_worker()
        return asyncio.run(results())
