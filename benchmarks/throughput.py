"""Events a second: the real worker beside a stock Faust agent and a bare loop, on the same topic."""

import asyncio
import time
from collections.abc import Iterator

import msgspec
from redis import Redis
from rich.progress import Progress

from benchmarks import backlog, sandbox
from benchmarks.pace import Pace
from benchmarks.result import Result
from settings import settings

EVENTS = 400_000
STOCK_EVENTS = 20_000
"""The stock agent's rate does not depend on how many there are, and it takes its time."""

TIMES_STOCK = 10
SHARE_OF_BARE = 0.5

LOOK = 0.005  # seconds between two looks at what is counted
PATIENCE = 120.0  # seconds


def counted(redis: Redis) -> int:
    """Return how many events of the backlog's topic are counted, as Redis shows it."""
    document = redis.get("metrics:events")
    by_topic = msgspec.json.decode(document)["by_topic"] if isinstance(document, bytes) else {}
    return sum(by_topic.get(backlog.TOPIC, {}).values())


def catch_up(events: int) -> Iterator[int]:
    """Watch the worker count so many events, from the first that Redis shows to the last."""
    redis = Redis.from_url(settings().redis_url)
    seen = 0
    while seen < events:
        time.sleep(LOOK)
        now = counted(redis)
        if now != seen:
            yield now
            seen = now


def measure(progress: Progress) -> list[Result]:
    """Measure, and return what is to be shown."""
    with sandbox.services(progress.console.print):
        backlog.create_topics()
        writing = progress.add_task("Writing events", total=EVENTS)
        asyncio.run(backlog.fill(EVENTS, lambda more: progress.advance(writing, more)))
        reading = progress.add_task("Bare aiokafka", total=None)
        bare = float(sandbox.run("bare", EVENTS))
        progress.update(reading, description="Stock Faust")
        stock = float(sandbox.run("stock", STOCK_EVENTS))
        progress.update(reading, description="This worker", total=EVENTS)
        worker, pace = sandbox.start_worker(), Pace()
        for events in catch_up(EVENTS):
            pace.see(events)
            progress.update(reading, completed=events)
            sandbox.check(worker)
    ours = pace.events_a_second
    return [
        Result("worker", f"{ours:,.0f} events/s"),
        Result("stock Faust agent", f"{stock:,.0f} events/s"),
        Result("bare aiokafka loop, parsing only", f"{bare:,.0f} events/s"),
        Result("worker : stock", f"{ours / stock:.1f}", f"at least {TIMES_STOCK}", ours >= TIMES_STOCK * stock),
        Result("worker : bare", f"{ours / bare:.2f}", f"at least {SHARE_OF_BARE}", ours >= SHARE_OF_BARE * bare),
    ]
