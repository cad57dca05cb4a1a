"""When the mirror writes, and how it ends."""

import asyncio
from typing import cast
from unittest.mock import AsyncMock

import pytest
from redis.asyncio import Redis

from app.mirror import Mirror
from cdc import PartitionPartials


def test_it_ends_also_where_something_changes_at_that_very_moment() -> None:
    async def stop() -> bool:
        mirror = Mirror(cast(Redis, None), "a Redis that must not be written any more")
        running = asyncio.create_task(mirror.run("cluster"))
        await asyncio.sleep(0.01)  # it waits for a change
        mirror.assigned("stock", {})
        running.cancel()
        await asyncio.wait([running])
        return running.cancelled()

    assert asyncio.run(stop())


def test_partitions_that_are_counted_one_after_the_other_are_written_together() -> None:
    class Written(Exception):
        """Ends the mirror, with what it would write first."""

    class Recording(Mirror):
        async def write(self) -> None:
            raise Written(sorted(self._changed))

    async def first_write() -> object:
        mirror = Recording(AsyncMock(), "there")
        running = asyncio.create_task(mirror.run("cluster"))
        await asyncio.sleep(0)
        for partition in range(4):
            mirror.changed("transaction", partition, PartitionPartials(), {("transactions", "count")})
            await asyncio.sleep(0)  # as an agent does between two batches
        with pytest.raises(Written) as written:
            await running
        return written.value.args[0]

    assert asyncio.run(first_write()) == [("transaction", partition) for partition in range(4)]
