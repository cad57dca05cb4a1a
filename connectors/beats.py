"""What Kafka itself says of the connectors' work: their newest heartbeats, and the dead letters that nobody has seen.

A connector that stands still is RUNNING to Connect, and its slot is active: only its heartbeats tell, by not arriving.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from threading import Event, Thread
from typing import NamedTuple, Self

from aiokafka.errors import KafkaError

from cdc.row import at_ms
from connectors import topics
from connectors.definitions import Definition, captured, load
from connectors.errors import ConnectorsError
from connectors.unseen import count
from freshness.heartbeats import follow

logger = logging.getLogger(__name__)

PAUSE = 5.0
"""Seconds between two looks at the dead letters, and two tries where Kafka is away."""
PATIENCE = 10.0
"""Seconds for which a look at the dead letters waits: then Kafka counts as away, before any heartbeat counts as old."""


class Newest(NamedTuple):
    """The newest heartbeat of a connector that is in Kafka.

    Attributes:
        committed_at: When it was committed, by its database's clock.
        moved_at: When a newer one than before was last seen, or more records in the connector's topics: one
            large transaction holds up the heartbeats behind it. By the watch's clock; no earlier than Kafka answers.
    """

    committed_at: datetime
    moved_at: datetime


class Heard:
    """What was heard of Kafka, as long as it answers: while it is away, no connector can be told to stand still."""

    def __init__(self) -> None:
        self._newest: dict[tuple[str, ...], Newest] = {}
        self._ends: dict[tuple[str, ...], int] = {}
        self._answers_since: datetime | None = None

    def beat(self, topics: tuple[str, ...], committed_at: datetime, now: datetime) -> None:
        """Take a heartbeat. One that is no newer, as one that is read again, is no movement."""
        former = self._newest.get(topics)
        if former is None or committed_at > former.committed_at:
            self._newest[topics] = Newest(committed_at, now)

    def end(self, topics: tuple[str, ...], end: int, now: datetime) -> None:
        """Take how many records the topics of a source have had. At the first look it is not known if they grow."""
        newest = self._newest.get(topics)
        if newest is not None and end > self._ends.get(topics, end):
            self._newest[topics] = newest._replace(moved_at=now)
        self._ends[topics] = end

    def answered(self, now: datetime) -> None:
        """Take that Kafka answers."""
        self._answers_since = self._answers_since or now

    def away(self) -> None:
        """Take that Kafka does not answer."""
        self._answers_since = None

    def newest(self, topics: tuple[str, ...]) -> Newest | None:
        """Return the newest heartbeat of the source of some topics; None where there is none, or Kafka is away."""
        newest = self._newest.get(topics)
        if newest is None or self._answers_since is None:
            return None
        return newest._replace(moved_at=max(newest.moved_at, self._answers_since))


class Beats:
    """Follows Kafka in a thread of its own, so that the watch never waits for it."""

    def __init__(self) -> None:
        self.unseen: int | None = None
        """Dead letters that nobody has seen; None while Kafka does not answer."""
        self._heard = Heard()
        self._ended = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._run()), daemon=True, name="beats")

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """End, and wait until Kafka's clients are closed."""
        self._ended.set()
        self._thread.join()

    def newest(self, definition: Definition) -> Newest | None:
        """Return the newest heartbeat of a connector that is in Kafka; None where there is none, or Kafka is away."""
        return self._heard.newest(definition.topics)

    async def _run(self) -> None:
        works = (self._follow, self._count, self._look_at_topics)
        tasks = [asyncio.create_task(for_ever(work, self._fail, self._ended.is_set)) for work in works]
        await asyncio.to_thread(self._ended.wait)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self) -> None:
        async for beat in follow(lambda _topics: (), self._ended.is_set):
            if beat.committed_ms is not None:
                committed = at_ms(beat.committed_ms)
                self._heard.beat(beat.topics, committed, datetime.now(UTC))

    async def _count(self) -> None:
        async with asyncio.timeout(PATIENCE):
            self.unseen = await count()
        self._heard.answered(datetime.now(UTC))

    async def _look_at_topics(self) -> None:
        async with asyncio.timeout(PATIENCE):
            ends = await topics.ends(captured())
        for definition in load():
            self._heard.end(definition.topics, sum(ends.get(each, 0) for each in definition.topics), datetime.now(UTC))

    def _fail(self) -> None:
        self.unseen = None
        self._heard.away()


async def for_ever(
    work: Callable[[], Awaitable[None]],
    fail: Callable[[], None],
    has_ended: Callable[[], bool],
    pause: float = PAUSE,
) -> None:
    """Do something again and again. Of rounds that fail, the first in a row is logged.

    Args:
        work: what to do.
        fail: what to do after a round that failed.
        has_ended: says that no further round is wanted.
        pause: seconds between two rounds.
    """
    failed = False
    while not has_ended():
        try:
            await work()
            failed = False
        except Exception as error:
            fail()
            if not failed:
                is_known = isinstance(error, (ConnectorsError, KafkaError, OSError))
                fields = {"event": "beats_failed"}
                logger.warning("Kafka cannot be followed: %r", error, exc_info=not is_known, extra=fields)
            failed = True
        await asyncio.sleep(pause)
