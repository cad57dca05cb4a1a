"""A thread that hears the heartbeats of the databases, for as long as the queries run."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from threading import Event, Thread

import msgspec
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cdc import items
from connectors.errors import ConnectorsError
from connectors.topics import admin, partitions_of
from freshness import Beat, follow
from freshness.frontier import Partition
from freshness.heartbeats import ends_of
from kafka_client import aiokafka_options, is_asked_to_end
from settings import settings
from spark.frontier import QueryFrontier

logger = logging.getLogger(__name__)

Beats = Callable[[], AsyncIterator[Beat]]
Ends = Callable[[Collection[str]], Awaitable[dict[Partition, int]]]

INTERVAL_S = 1.0
"""Seconds between two looks at the Faust app's status."""

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
"""Seconds before it tries again, whatever has failed."""

AWAY = (KafkaError, ConnectorsError, RedisError, msgspec.MsgspecError, OSError)
"""What is no fault of this program; all else is logged with its trace."""

CLOSE_TIMEOUT_S = 10.0
"""Seconds to wait for the connections to close. The thread does not outlive the process."""

SOURCE_OF_ITEMS = "transactiondetail"
"""The topic of which the Faust app makes `cdc.items.TOPIC`, which has no heartbeats of its own."""


class _FaustStatus(msgspec.Struct):
    as_of: dict[str, datetime | None] = {}


@contextmanager
def heard_by(frontiers: Collection[QueryFrontier]) -> Iterator[None]:
    """Tell the queries' frontiers of all heartbeats within a block. A failure is logged, and tried again."""
    loop, ended = asyncio.new_event_loop(), Event()
    task = loop.create_task(_hear(frontiers, ended.is_set))
    thread = Thread(target=_run, args=(loop, task), name="heartbeats", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        with suppress(RuntimeError):  # the loop is closed: it has failed
            loop.call_soon_threadsafe(task.cancel)
        thread.join(CLOSE_TIMEOUT_S)


def _run(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[None]") -> None:
    try:
        loop.run_until_complete(task)
    except asyncio.CancelledError:
        pass
    except Exception:
        logger.exception("no more heartbeats are heard", extra={"event": "heartbeats_failed"})
    finally:
        loop.close()


async def _hear(frontiers: Collection[QueryFrontier], has_ended: Callable[[], bool]) -> None:
    topics = frozenset[str]().union(*(frontier.topics for frontier in frontiers))

    def tell(beat: Beat) -> None:
        for frontier in frontiers:
            frontier.heard(beat)

    async with asyncio.TaskGroup() as group:
        group.create_task(_for_ever(lambda: of_databases(topics, has_ended), tell))
        if items.TOPIC in topics:
            group.create_task(_for_ever(of_items, tell))


async def _for_ever(beats: Beats, tell: Callable[[Beat], None]) -> None:
    wait = FIRST_WAIT_S
    while True:
        try:
            async for beat in beats():
                tell(beat)
                wait = FIRST_WAIT_S
        except (Exception, asyncio.CancelledError) as error:  # the libraries cancel their own futures when they fail
            if is_asked_to_end():
                raise
            fields = {"event": "heartbeats_away", "seconds": wait}
            trace = None if isinstance(error, AWAY) else error
            logger.warning("no heartbeats: %r; trying again in %.0f s", error, wait, extra=fields, exc_info=trace)
        await asyncio.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT_S)


async def of_databases(topics: Collection[str], has_ended: Callable[[], bool]) -> AsyncIterator[Beat]:
    """Yield the heartbeats of the sources of some topics, with the ends of all partitions that these have now.

    Partitions are asked for anew each time: what was written before a heartbeat may be in a partition that is new.
    """
    async with _asking() as ends:
        async for beat in follow(lambda _: (), has_ended):
            if wanted := sorted(set(topics).intersection(beat.topics)):
                yield beat if beat.committed_ms is None else beat._replace(end_offsets=await ends(wanted))


async def of_items() -> AsyncIterator[Beat]:
    """Yield what the Faust app says of how far it has made the order lines, as heartbeats of their topic.

    It has sent all lines of what it has counted. So they are before the ends that are asked for afterwards.
    """
    last: datetime | None = None
    async with Redis.from_url(settings().redis_url, socket_timeout=5) as redis, _asking() as ends:
        while True:
            said = msgspec.json.decode(await redis.get("status:faust") or b"{}", type=_FaustStatus)
            as_of = said.as_of.get(SOURCE_OF_ITEMS)
            if as_of is not None and as_of != last:
                last = as_of
                yield Beat((items.TOPIC,), round(as_of.timestamp() * 1000), await ends([items.TOPIC]))
            await asyncio.sleep(INTERVAL_S)


@asynccontextmanager
async def _asking() -> AsyncIterator[Ends]:
    """Have a function that returns the ends of all partitions of some topics, open transactions included."""
    async with (
        admin() as client,
        AIOKafkaConsumer(**aiokafka_options(), isolation_level="read_uncommitted") as consumer,
    ):

        async def ends(topics: Collection[str]) -> dict[Partition, int]:
            partitions = await partitions_of(client, topics)
            return await ends_of(consumer, [(each.topic, each.partition) for each in partitions])

        yield ends
