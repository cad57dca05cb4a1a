"""Heartbeats are heard for as long as the queries run, whatever fails in between."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.exceptions import RedisError

from freshness import Beat
from spark import heartbeats


@pytest.mark.parametrize("error", [RedisError("away"), RuntimeError("unforeseen"), asyncio.CancelledError()])
def test_an_error_ends_no_more_than_its_round(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Also the cancellation of a future that nobody asked for. What is unforeseen is logged with its trace."""
    rounds: list[int] = []
    heard: list[Beat] = []

    async def beats() -> AsyncIterator[Beat]:
        rounds.append(len(rounds))
        if len(rounds) < 3:
            raise error
        yield Beat(("stock",), 1000, {})
        await asyncio.Event().wait()

    async def hear() -> None:
        came = asyncio.Event()

        def tell(beat: Beat) -> None:
            heard.append(beat)
            came.set()

        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            task = group.create_task(heartbeats._for_ever(beats, tell))
            task.add_done_callback(lambda _: came.set())
            await came.wait()
            task.cancel()

    monkeypatch.setattr(heartbeats, "FIRST_WAIT_S", 0)
    asyncio.run(hear())
    assert (len(rounds), len(heard)) == (3, 1)
    assert [bool(record.exc_info) for record in caplog.records] == [not isinstance(error, RedisError)] * 2


def test_an_error_while_it_is_asked_to_end_does_not_keep_it() -> None:
    async def beats() -> AsyncIterator[Beat]:
        try:
            yield Beat(("stock",), 1000, {})
            await asyncio.Event().wait()
        finally:
            raise RedisError("away")

    async def hear() -> None:
        came = asyncio.Event()
        task = asyncio.create_task(heartbeats._for_ever(beats, lambda _: came.set()))
        await came.wait()
        task.cancel()
        async with asyncio.timeout(10):
            await asyncio.wait([task])
        assert isinstance(task.exception(), RedisError)

    asyncio.run(hear())
