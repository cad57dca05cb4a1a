"""Writing a partition's partials down: one write at a time, which takes along all that was counted meanwhile.

A table's changelog is what a crash goes back to, and no number waits for it. Were each batch written by itself, a shop
that is busy would cost Kafka as many requests for what is counted as for what happens.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from app.application import app
from app.table import PartialsTable
from cdc import PartitionPartials

T = TypeVar("T")

TICK = 0.1
"""Seconds from one write to the next. All partitions write at the same moment: Kafka's client sends them as one."""

MOST = 20_000
"""Records that may be counted and not be on their way yet, so that a slow broker slows the counting down."""


class Writer:
    """Writes what one partition adds up to into its table."""

    def __init__(self, table: PartialsTable, partition: int, partials: PartitionPartials) -> None:
        self._table = table
        self._partition = partition
        self._partials = partials
        self._current: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        self._waiting = 0

    def write(self, records: int) -> asyncio.Task[None]:
        """Take note of records that were counted, and return what ends once they are written down."""
        self._waiting += records
        if self._next is None:
            self._next = asyncio.create_task(self._write_after(self._current))
        return self._next

    async def room(self) -> None:
        """Wait while too much has been counted that is not on its way yet."""
        while self._waiting > MOST and self._next is not None:
            await asyncio.wait([self._next])

    def leave(self) -> None:
        """Write no more: the partition may be another worker's by now."""
        if self._next is not None:
            self._next.cancel()

    async def _write_after(self, former: asyncio.Task[None] | None) -> None:
        await asyncio.sleep(TICK - asyncio.get_running_loop().time() % TICK)
        if former is not None:
            await asyncio.shield(former)
        self._current, self._next, self._waiting = self._next, None, 0
        await or_crash(self._table.write(self._partition, self._partials.take()))
        self._partials.settle()


async def or_crash(writing: Awaitable[T]) -> T:
    """Wait for what must not fail: an app that crashes starts again from its last commit."""
    try:
        return await writing
    except Exception as error:
        await app.crash(error)
        raise
