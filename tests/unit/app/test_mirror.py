"""When the mirror writes, and how it ends."""

import asyncio
from typing import cast
from unittest.mock import AsyncMock

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as AwayError
from redis.exceptions import OutOfMemoryError, RedisError

from app.mirror import Mirror
from cdc import PartitionPartials


def test_it_ends_also_where_something_changes_at_that_very_moment() -> None:
    async def stop() -> bool:
        mirror = Mirror(cast(Redis, None), "a Redis that must not be written any more", lambda *_: None)
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
        mirror = Recording(AsyncMock(), "there", lambda *_: None)
        running = asyncio.create_task(mirror.run("cluster"))
        await asyncio.sleep(0)
        for partition in range(4):
            mirror.changed("transaction", partition, PartitionPartials(), {("transactions", "count")})
            await asyncio.sleep(0)  # as an agent does between two batches
        with pytest.raises(Written) as written:
            await running
        return written.value.args[0]

    assert asyncio.run(first_write()) == [("transaction", partition) for partition in range(4)]


@pytest.mark.parametrize(
    ("error", "said", "refused"),
    [
        (AwayError("Connection refused"), "there is away: Connection refused", None),
        (OutOfMemoryError("command not allowed."), "there refuses what is written: OOM", "OOM command not allowed"),
        (
            OutOfMemoryError("Command # 1 (EVAL … ) of pipeline caused error: command not allowed"),
            "there refuses what is written: OOM",
            "OOM command not allowed",
        ),
    ],
)
def test_a_redis_that_refuses_is_not_one_that_is_away(
    error: RedisError, said: str, refused: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    mirror = Mirror(cast(Redis, None), "there", lambda *_: None)
    for _ in range(2):
        mirror._say_trouble(error)
    (line,) = caplog.messages
    assert line.startswith(said)
    assert mirror.state.refused == refused
    assert (mirror.state.refused_since is None) == (refused is None)
    mirror._say_well()
    assert (mirror.state.refused, mirror.state.refused_since) == (None, None)
