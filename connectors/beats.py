"""What Kafka itself says of the connectors' work: their newest heartbeats, and the dead letters that nobody has seen.

A connector that stands still is RUNNING to Connect, and its slot is active: only its heartbeats tell, by not arriving.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Self

from aiokafka.errors import KafkaError

from connectors.definitions import Definition
from connectors.errors import ConnectorsError
from connectors.unseen import count
from freshness.heartbeats import follow

PAUSE = 5.0
"""Seconds between two looks at the dead letters, and two tries where Kafka is away."""


class Beats:
    """Follows Kafka in a thread of its own, so that the watch never waits for it."""

    def __init__(self) -> None:
        self.unseen: int | None = None
        """Dead letters that nobody has seen; None while Kafka has not said."""
        self._newest: dict[tuple[str, ...], datetime] = {}
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

    def newest(self, definition: Definition) -> datetime | None:
        """Return when the newest heartbeat of a connector that is in Kafka was committed; None where there is none."""
        return self._newest.get(definition.topics)

    async def _run(self) -> None:
        works = [asyncio.create_task(_for_ever(work)) for work in (self._follow, self._count)]
        await asyncio.to_thread(self._ended.wait)
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)

    async def _follow(self) -> None:
        async for beat in follow(lambda _topics: ()):
            if beat.committed_ms is not None:
                self._newest[beat.topics] = datetime.fromtimestamp(beat.committed_ms / 1000, UTC)

    async def _count(self) -> None:
        try:
            self.unseen = await count()
        except ConnectorsError:
            self.unseen = None


async def _for_ever(work: Callable[[], Awaitable[None]]) -> None:
    """Do something again and again; what Kafka does not answer is tried again."""
    while True:
        with suppress(KafkaError, OSError):
            await work()
        await asyncio.sleep(PAUSE)
