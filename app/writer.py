"""Writing a partition's partials down: one write at a time, which takes along all that was counted meanwhile.

A table's changelog is what a crash goes back to, and no number waits for it. Were each batch written by itself, a shop
that is busy would cost Kafka as many requests for what is counted as for what happens.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from app.application import app
from app.table import PartialsTable
from cdc import PartitionPartials

T = TypeVar("T")

TICK = 0.5
"""Seconds from one write to the next. All partitions write at the same moment: Kafka's client sends them as one.

About so much is counted once more after a crash, and about so long a partition that is given away waits for its write.
"""

MANY = 20_000
"""Records that are written down before that. So many, and a batch, are counted ahead of a write that does not end."""


class Writer:
    """Writes what one partition adds up to into its table."""

    def __init__(self, table: PartialsTable, partition: int, partials: PartitionPartials) -> None:
        self._table = table
        self._partition = partition
        self._partials = partials
        self._current: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        self._waiting = 0
        self._many = asyncio.Event()
        self._lock = asyncio.Lock()

    def write(self, records: int) -> asyncio.Task[None]:
        """Take note of records that were counted, and return what ends once they are written down."""
        self._waiting += records
        if self._waiting >= MANY:
            self._many.set()
        if self._next is None:
            self._next = asyncio.create_task(self._write_after(self._current))
        return self._next

    async def room(self) -> None:
        """Wait for the write that is on its way, if many records wait already: a slow broker slows the counting."""
        if self._many.is_set() and self._current is not None:
            await asyncio.wait([self._current])

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Keep back what is counted in a block until the block ends.

        Where it fails, nothing is written any more and the app crashes: the records come again, and none is lost.
        """
        async with self._lock:
            try:
                yield
            except BaseException as error:
                self.leave()
                if isinstance(error, Exception):
                    await app.crash(error)
                raise

    def leave(self) -> None:
        """Write no more: the partition may be another worker's by now."""
        if self._next is not None:
            self._next.cancel()

    async def _write_after(self, former: asyncio.Task[None] | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(TICK - asyncio.get_running_loop().time() % TICK):
                await self._many.wait()
        if former is not None:
            await asyncio.shield(former)
        async with self._lock:
            self._current, self._next, self._waiting = self._next, None, 0
            self._many.clear()
            entries = self._partials.take()
        await or_crash(self._table.write(self._partition, entries))
        self._partials.settle()


async def or_crash(writing: Awaitable[T]) -> T:
    """Wait for what must not fail: an app that crashes starts again from its last commit."""
    try:
        return await writing
    except Exception as error:
        await app.crash(error)
        raise
