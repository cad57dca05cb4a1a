"""``status:starts``: workers that ended without saying so. A worker that crashes again and again looks alive else.

Each worker is in a hash from its start to its end in good order, with the time at which it was last alive.
"""

import asyncio
import time
from contextlib import suppress
from typing import cast
from uuid import uuid4

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cdc.row import at_ms, iso_utc

KEY = "status:starts"
WORKERS = "mirror:starts"
"""A hash: by worker, when it was last alive, in ms since 1970."""

STEP_SECONDS = 2.0
SILENT_MS = 10_000
"""A worker that says nothing for so long has ended."""
KEPT_MS = 300_000
"""For how long a crash is counted."""


class Starts:
    """Tells that this worker is alive, and how many have crashed of late."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._me = uuid4().hex
        self._has_ended = False

    async def tell_for_ever(self) -> None:
        """Tell it again and again, also while the worker waits for Kafka or reads its tables."""
        while not self._has_ended:
            await asyncio.sleep(STEP_SECONDS)
            await self.tell()

    async def tell(self) -> None:
        """Tell it once. Redis away: nobody is told."""
        with suppress(RedisError, OSError):  # the mirror says so
            await self._tell(time.time_ns() // 1_000_000)

    async def _tell(self, now_ms: int) -> None:
        async with self._redis.pipeline(transaction=True) as transaction:
            transaction.hset(WORKERS, self._me, now_ms)
            transaction.hgetall(WORKERS)
            _, alive_at = await transaction.execute()
        last_alive = {cast(bytes, worker): int(at) for worker, at in alive_at.items()}
        if old := [worker for worker, at in last_alive.items() if now_ms - at > KEPT_MS]:
            await self._redis.hdel(WORKERS, *old)
        await self._redis.set(KEY, document(now_ms, list(last_alive.values())))

    async def end(self) -> None:
        """Tell that this worker ends in good order."""
        self._has_ended = True
        with suppress(RedisError, OSError):
            await self._redis.hdel(WORKERS, self._me)


def document(now_ms: int, alive_at_ms: list[int]) -> bytes:
    """Return the document: the crashes of the last five minutes, and since when there were any.

    Args:
        now_ms: the time, in ms since 1970.
        alive_at_ms: when each worker was last alive that did not end in good order.
    """
    crashes = [at for at in alive_at_ms if SILENT_MS < now_ms - at <= KEPT_MS]
    return msgspec.json.encode(
        {
            "updated_at": iso_utc(at_ms(now_ms)),
            "crashes": len(crashes),
            "since": iso_utc(at_ms(min(crashes))) if crashes else None,
        }
    )
