"""How the mirror ends."""

import asyncio
from typing import cast

from redis.asyncio import Redis

from app.mirror import Mirror


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
