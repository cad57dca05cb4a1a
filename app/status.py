"""``status:faust``: which workers run, and how far behind each topic is."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import cast
from uuid import uuid4

import msgspec
from redis.exceptions import RedisError

from app.application import app, mirror, redis
from app.dead_letters import recent
from app.documents import OUTCOMES
from app.keys import AS_OF
from app.mirror import MirrorState, age_of
from app.others import KEYS, heard
from app.pulse import NEVER, Pulse
from app.totals import Totals
from app.transport import BatchConsumer
from cdc.row import at_ms, iso_utc

HEARTBEAT = 2.0  # seconds
GONE = timedelta(seconds=10)
"""A worker that has said nothing for so long does not count any more."""

WORKERS = "mirror:workers"
"""A hash: what each worker last said of itself."""


class Worker(msgspec.Struct):
    """What a worker says of itself."""

    updated_at: datetime
    started_at: datetime
    version: str
    partitions: int
    lag: dict[str, dict[int, int]]
    """By topic and partition, the records that wait to be counted by this worker."""
    monitor: str | None = None
    """The URL below which it answers ``/metrics``, ``/live`` and ``/ready``."""
    mirror: MirrorState = msgspec.field(default_factory=MirrorState)


async def lags() -> dict[str, dict[int, int]]:
    """Return this worker's lag by topic and partition."""
    consumer = cast(BatchConsumer, app.consumer)
    by_topic: dict[str, dict[int, int]] = defaultdict(dict)
    for tp, (next_fetched, last_fetched) in (await consumer.fetched_to()).items():
        if tp.topic in Totals.by_topic:
            end, counted = consumer.highwater(tp) or 0, Totals.by_topic[tp.topic].counted(tp.partition)
            by_topic[tp.topic][tp.partition] = waiting(end, counted, next_fetched, last_fetched)
    return dict(by_topic)


def waiting(end: int, counted: int, next_fetched: int, last_fetched: int) -> int:
    """Return how many offsets of a partition wait.

    A transaction's marker takes an offset that no record has: where the consumer has read to the end, and what it
    read is counted, nothing waits.

    Args:
        end: the partition's end.
        counted: the offset up to which it is counted.
        next_fetched: the offset from which it is fetched next.
        last_fetched: the offset of the last record that was fetched.
    """
    if next_fetched >= end and counted >= last_fetched:
        return 0
    return max(0, end - counted - 1)


def feel(former: Pulse | None, lag: dict[str, dict[int, int]]) -> Pulse:
    """Return this worker's pulse, given the one before and its lag."""
    consumer, topics = cast(BatchConsumer, app.consumer), Totals.by_topic
    outcomes = {name: topics[name].outcomes() for name in topics}
    pulse = Pulse(
        at=time.monotonic(),
        recovering=bool(app.rebalancing or app.in_recovery),
        # Those that are none, too: a counter that begins at one has not risen, for Prometheus.
        events={(name, outcome): outcomes[name][outcome] for name in topics for outcome in OUTCOMES},
        batches={name: topics[name].batches for name in topics},
        lag=lag,
        fetched_at=consumer.fetched_at,
        moved_at=NEVER,
        committed_at=consumer.committed_at,
        mirrored_at=mirror.written_at,
        redis_refuses=mirror.state.refused is not None,
    )
    return pulse._replace(moved_at=pulse.moved_since(former))


@app.task  # type: ignore[untyped-decorator]
async def report() -> None:
    """Report this worker's state for as long as it runs."""
    me, started = uuid4().hex, datetime.now(UTC)
    while True:
        now, lag = datetime.now(UTC), await lags()
        app.pulse = feel(app.pulse, lag)
        partitions = sum(map(len, lag.values()))
        state = Worker(now, started, version("instashop-live"), partitions, lag, app.answers_at, mirror.state)
        with suppress(RedisError, OSError):  # the mirror says so
            await recent.show()
            await redis.set("status:faust", status(now, *await _exchange(me, state)))
        with suppress(RedisError, OSError):  # of its own: a Redis that takes no write can be read
            app.others = heard(cast(list[bytes | None], await redis.mget(KEYS)), app.others, time.monotonic())
        await asyncio.sleep(HEARTBEAT)


async def _exchange(me: str, mine: Worker) -> tuple[list[Worker], dict[str, str | None]]:
    """Leave this worker's state, and return those of all that are there, and how old each topic's totals are."""
    async with redis.pipeline(transaction=True) as transaction:
        transaction.hset(WORKERS, me, msgspec.json.encode(mine))
        transaction.hgetall(WORKERS)
        transaction.hgetall(AS_OF)
        _, said, ages = await transaction.execute()
    workers = {name: msgspec.json.decode(state, type=Worker) for name, state in said.items()}
    gone = [name for name, worker in workers.items() if mine.updated_at - worker.updated_at > GONE]
    if gone:
        await redis.hdel(WORKERS, *gone)
    return [worker for name, worker in workers.items() if name not in gone], as_of(ages)


def as_of(ages: Mapping[bytes, bytes]) -> dict[str, str | None]:
    """Return by topic the time up to which all of its partitions are counted, by all workers; None: not known."""
    numbers = range(app.conf.topic_partitions)
    known = {topic: age_of([(topic, number) for number in numbers], ages) for topic in sorted(Totals.by_topic)}
    return {topic: None if age is None else iso_utc(at_ms(age)) for topic, age in known.items()}


def status(now: datetime, workers: list[Worker], as_of: Mapping[str, str | None]) -> bytes:
    """Return the document: the workers, and of each topic its lag over all of them and its age."""
    by_partition: dict[str, dict[int, int]] = defaultdict(dict)
    for worker in workers:
        for topic, waiting in worker.lag.items():
            by_partition[topic].update(waiting)
    lag = {topic: sum(by_partition[topic].values()) for topic in sorted(by_partition)}
    return msgspec.json.encode(
        {
            "updated_at": now,
            "version": max((worker.version for worker in workers), default=None),
            "workers": workers,
            "as_of": as_of,
            "lag": lag,
            "lag_by_partition": by_partition,
            "lag_total": sum(lag.values()),
        }
    )
