"""The transport on the real broker: which batches are handed over, and which offsets are committed."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from settings import Settings
from tests.integration.app.reader import Reader, committed, make_topic, producer, until

Case = Callable[[str, str, Path], Coroutine[Any, Any, None]]

pytestmark = pytest.mark.usefixtures("stack")


@pytest.fixture
def run(stack: Settings, tmp_path: Path) -> Callable[[Case], None]:  # noqa: ARG001
    """Return what runs a case on a topic and a group of its own."""

    def run(case: Case) -> None:
        async def on_its_own() -> None:
            name = f"transport-{uuid4().hex[:8]}"
            await make_topic(name)
            async with asyncio.timeout(120):
                await case(f"{name}-group", name, tmp_path)

        asyncio.run(on_its_own())

    return run


async def send(topic: str, *values: str, partition: int = 0) -> None:
    async with producer() as client:
        for value in values:
            await client.send_and_wait(topic, value.encode(), partition=partition)


def test_an_offset_is_committed_once_its_batch_is_written(run: Callable[[Case], None]) -> None:
    async def case(group: str, topic: str, folder: Path) -> None:
        await send(topic, "a", "b")
        async with Reader(group, topic, folder).running() as reader:
            await until(lambda: _is_committed(group, topic, {0: 2}))
            reader.open.clear()
            await send(topic, "c")
            await until(lambda: "c" in reader.values)
            await reader.app.consumer.commit()
            assert await committed(group, topic) == {0: 2}
            reader.open.set()
            await until(lambda: _is_committed(group, topic, {0: 3}))

    run(case)


def test_a_batch_that_is_never_written_is_not_committed(run: Callable[[Case], None]) -> None:
    async def case(group: str, topic: str, folder: Path) -> None:
        await send(topic, "a", "b")
        async with Reader(group, topic, folder, writes=False).running() as reader:
            await until(lambda: reader.finished)
            await reader.app.consumer.commit()
        assert await committed(group, topic) == {}
        async with Reader(group, topic, folder).running() as successor:
            await until(lambda: successor.values == ["a", "b"])

    run(case)


async def _is_committed(group: str, topic: str, offsets: dict[int, int]) -> bool:
    return await committed(group, topic) == offsets
