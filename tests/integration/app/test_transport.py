"""The transport on the real broker: which batches are handed over, and which offsets are committed."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from faust.types import TP

from settings import Settings
from tests.integration.app.reader import (
    BUFFERED,
    FETCH,
    PARTITIONS,
    Reader,
    committed,
    make_topic,
    on_a_topic_of_its_own,
    producer,
    until,
)

Case = Callable[[str, str, Path], Coroutine[Any, Any, None]]

pytestmark = pytest.mark.usefixtures("stack")


@pytest.fixture
def run(stack: Settings, tmp_path: Path) -> Callable[[Case], None]:  # noqa: ARG001
    """Return what runs a case on a topic and a group of its own."""

    def run(case: Case) -> None:
        on_a_topic_of_its_own("transport", lambda name: case(f"{name}-group", name, tmp_path))

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
            before = monotonic()
            await send(topic, "c")
            await until(lambda: "c" in reader.values)
            assert reader.batches[-1].fetched_at > before
            await reader.consumer.commit()
            assert await committed(group, topic) == {0: 2}
            reader.open.set()
            await until(lambda: _is_committed(group, topic, {0: 3}))

    run(case)


def test_a_batch_that_is_never_written_is_not_committed(run: Callable[[Case], None]) -> None:
    async def case(group: str, topic: str, folder: Path) -> None:
        await send(topic, "a", "b")
        async with Reader(group, topic, folder, writes=False).running() as reader:
            await until(lambda: reader.finished)
            await reader.consumer.commit()
        assert await committed(group, topic) == {}
        async with Reader(group, topic, folder).running() as successor:
            await until(lambda: successor.values == ["a", "b"])

    run(case)


def test_a_transactions_marker_is_no_record_and_an_aborted_record_is_never_seen(run: Callable[[Case], None]) -> None:
    async def case(group: str, topic: str, folder: Path) -> None:
        async with producer(transactional_id=topic) as client:
            for values, ends_well in ((b"ab", True), (b"x", False), (b"c", True)):
                await client.begin_transaction()
                for value in values:
                    await client.send(topic, bytes([value]), partition=0)
                await (client.commit_transaction() if ends_well else client.abort_transaction())

            async with Reader(group, topic, folder).running() as reader:
                await until(lambda: reader.values == ["a", "b", "c"])
                await until(lambda: _is_committed(group, topic, {0: 6}))  # 0 a, 1 b, 2 marker, 3 x, 4 marker, 5 c

            async with Reader(group, topic, folder).running() as reader:
                await client.begin_transaction()
                await client.send_and_wait(topic, b"d", partition=0)
                await send(topic, "e", partition=1)
                await until(lambda: "e" in reader.values)
                assert reader.values == ["e"]
                await client.commit_transaction()
                await until(lambda: reader.values == ["e", "d"])

    run(case)


def test_an_empty_topic_is_waited_for(run: Callable[[Case], None]) -> None:
    async def case(group: str, topic: str, folder: Path) -> None:
        async with Reader(group, topic, folder).running() as reader:
            await until(lambda: reader.consumer.flow_active and reader.partitions == {0, 1})
            await reader.consumer.commit()
            assert await committed(group, topic) == {}
            await send(topic, "a")
            await until(lambda: reader.values == ["a"])

    run(case)


def test_a_topic_that_is_not_there_yet_is_waited_for(
    run: Callable[[Case], None], caplog: pytest.LogCaptureFixture
) -> None:
    async def case(group: str, topic: str, folder: Path) -> None:
        later = f"{topic}-later"
        reader = Reader(group, later, folder)
        starting = asyncio.create_task(reader.app.start())
        await until(lambda: f"no topic {later} yet" in caplog.text)
        await make_topic(later)
        await starting
        await send(later, "a")
        await until(lambda: reader.values == ["a"])
        await reader.app.stop()

    run(case)


def test_two_workers_share_the_partitions_and_nothing_in_hand_is_lost(run: Callable[[Case], None]) -> None:
    async def case(group: str, topic: str, folder: Path) -> None:
        async def send_everywhere(*values: str) -> None:
            for partition in range(PARTITIONS):
                await send(topic, *(f"{value}{partition}" for value in values), partition=partition)

        await send_everywhere("a")
        async with Reader(group, topic, folder / "1").running() as first:
            await until(lambda: _is_committed(group, topic, {0: 1, 1: 1}))
            first.open.clear()
            await send_everywhere("b", "c", "d", "e")
            await until(lambda: first.values[-1][0] != "a")  # in hand, and more of them wait
            async with Reader(group, topic, folder / "2").running() as second:
                await until(lambda: len(first.partitions) == len(second.partitions) == 1)
                first.open.set()
                await until(lambda: _is_committed(group, topic, {0: 5, 1: 5}))
                (of_first,), (of_second,) = first.partitions, second.partitions
                for reader, partition in ((first, of_first), (second, of_second)):
                    assert {f"{value}{partition}" for value in "bcde"} <= set(reader.values)
            await until(lambda: first.partitions == {0, 1})
            await send_everywhere("f")
            await until(lambda: {"f0", "f1"} <= set(first.values))

    run(case)


def test_what_waits_for_a_slow_agent_is_bounded(run: Callable[[Case], None]) -> None:
    async def case(group: str, topic: str, folder: Path) -> None:
        sent = 3_000
        async with producer(acks=1) as client:
            for number in range(sent):
                await client.send(topic, f"{number:0>1024}".encode(), partition=0)
        reader = Reader(group, topic, folder)
        reader.open.clear()
        async with reader.running():
            await until(lambda: reader.consumer.last_fetched(TP(topic, 0)) > 0)
            await send(topic, "later", partition=1)
            await reader.consumer.commit()
            held = reader.consumer.last_fetched(TP(topic, 0)) + 1
            # In the agent's hands, in its queue, and one that waits for a place in it.
            assert held <= (1 + BUFFERED + 1) * FETCH / 1024
            reader.open.set()
            await until(lambda: len(reader.values) == sent + 1)
            assert [int(value) for value in reader.values if value != "later"] == list(range(sent))

    run(case)


async def _is_committed(group: str, topic: str, offsets: dict[int, int]) -> bool:
    return await committed(group, topic) == offsets
