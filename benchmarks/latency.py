"""From COMMIT in PostgreSQL to what Redis shows, through the whole pipeline, order by order."""

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import msgspec
from redis import Redis
from rich.progress import Progress

from benchmarks import sandbox
from benchmarks.commits import lane
from benchmarks.report import Result, percentiles
from settings import settings
from stack import StackError
from stack.process import Process

P50 = 40.0  # milliseconds
P99 = 100.0

DOCUMENT = "metrics:transactions"
WAIT = 0.1  # seconds for which nothing else is looked after while the document does not change
PATIENCE = 60.0  # seconds in which at least one more order is to arrive


class Load(NamedTuple):
    """So many orders, at a rate a second."""

    rate: int
    orders: int


WARM_UP = Load(rate=1_000, orders=90_000)
"""For so long Java compiles Kafka, Connect and Debezium, and takes half a core for it."""

LOADS = (Load(rate=10, orders=300), Load(rate=1_000, orders=20_000))


class Watch:
    """Notes when Redis shows orders, by the system's monotonic clock in seconds."""

    def __init__(self, redis: Redis) -> None:
        redis.config_set("notify-keyspace-events", "K$")
        self._redis = redis
        self._changes = redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._changes.subscribe(f"__keyspace@0__:{DOCUMENT}")
        self._document: object = None
        self._shown: dict[str, list[float]] = defaultdict(list)
        """By channel, when Redis showed its first order, its second and so on."""

    def look(self) -> int:
        """Look at Redis once it has changed or after a while, and return how many orders it shows.

        To ask it every few milliseconds instead would take a tenth of a core from what is measured.
        """
        self._changes.get_message(timeout=WAIT)
        document = self._redis.get(DOCUMENT)
        if isinstance(document, bytes) and document != self._document:
            now, self._document = time.monotonic(), document
            for channel, count in msgspec.json.decode(document)["by_channel"].items():
                shown = self._shown[channel]
                shown += [now] * (count - len(shown))
        return sum(map(len, self._shown.values()))

    def shown(self, orders: Iterable[int]) -> dict[int, float]:
        """Return when Redis showed each order, of all that there ever were, in the order of their commits."""
        times = {channel: iter(shown) for channel, shown in self._shown.items()}
        return {order: next(times[lane(order)]) for order in orders}


def commit(first: int, load: Load) -> dict[int, float]:
    """Have orders inserted by another process, and return when each was committed."""
    printed = sandbox.output_of(sandbox.program("commits", first, load.orders, load.rate))
    return {int(order): at for order, at in json.loads(printed).items()}


def run(progress: Progress, worker: Process) -> Iterator[tuple[Load, float, list[float]]]:
    """Run the loads one after the other. Yields each, the rate it had, and the milliseconds of its orders.

    Raises:
        StackError: the worker ended, or not all orders arrived.
    """
    committed: dict[int, float] = {}
    with Redis.from_url(settings().redis_url) as redis, ThreadPoolExecutor(max_workers=1) as client:
        watch = Watch(redis)
        for load in (WARM_UP, *LOADS):
            task = progress.add_task(f"{load.rate:,} orders a second", total=load.orders)
            before = len(committed)
            committing = client.submit(commit, before + 1, load)
            arrived, arrived_at = 0, time.monotonic()
            while arrived < load.orders or not committing.done():
                sandbox.check(worker)
                if (count := watch.look() - before) > arrived:
                    arrived, arrived_at = count, time.monotonic()
                    progress.update(task, completed=arrived)
                elif time.monotonic() - arrived_at > PATIENCE:
                    raise StackError(f"Of {load.orders:,} orders {arrived:,} are in Redis, and no more came lately.")
            times = committing.result()
            committed |= times
            if load is not WARM_UP:
                shown = watch.shown(committed)
                rate = (len(times) - 1) / (max(times.values()) - min(times.values()))
                yield load, rate, [1000 * (shown[order] - at) for order, at in times.items()]


def rows(load: Load, rate: float, milliseconds: list[float]) -> list[Result]:
    """Return what is to be shown of a load: in milliseconds, and whether it was that load at all."""
    p50, p99 = percentiles(milliseconds)
    least = 0.95 * load.rate
    return [
        Result(f"commits a second, of {load.rate:,}", f"{rate:,.0f}", f"≥ {least:,.1f}", rate >= least),
        Result(f"commit to Redis at {load.rate:,}/s, p50", f"{p50:.0f} ms", f"≤ {P50:.0f} ms", p50 <= P50),
        Result(f"commit to Redis at {load.rate:,}/s, p99", f"{p99:.0f} ms", f"≤ {P99:.0f} ms", p99 <= P99),
        Result(f"commit to Redis at {load.rate:,}/s, max", f"{max(milliseconds):.0f} ms"),
    ]


def measure(progress: Progress) -> list[Result]:
    """Measure, and return what is to be shown."""
    with sandbox.services(progress):
        sandbox.connect()
        worker = sandbox.start_worker()
        return [row for measured in run(progress, worker) for row in rows(*measured)]
