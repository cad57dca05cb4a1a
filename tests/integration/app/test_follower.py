"""Following topics on the real broker: what is handed over, and when it is known that nothing is missing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

import app.follower
from app.follower import Follower
from kafka_client import aiokafka_options
from tests.integration.app.reader import PARTITIONS, on_a_topic_of_its_own, producer

pytestmark = pytest.mark.usefixtures("stack")


@asynccontextmanager
async def following(topic: str) -> AsyncIterator[tuple[Follower, list[str]]]:
    """Have a topic followed, and yield what is handed over of it."""
    values: list[str] = []

    def take_up(record: ConsumerRecord) -> None:
        values.append(record.value.decode())

    follower = Follower(take_up)
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    task = asyncio.create_task(follower.follow(partitions, group=f"{topic}-group"))
    try:
        yield follower, values
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def test_all_that_kafka_had_at_a_moment_is_handed_over_before_it_is_said_to_be() -> None:
    async def case(topic: str) -> None:
        sent = []
        async with producer() as client, following(topic) as (follower, values):
            for number in range(50):
                await client.send_and_wait(topic, str(number).encode(), partition=number % PARTITIONS)
                sent.append(str(number))
                assert await follower.has_read(monotonic(), topic)
                assert sorted(values) == sorted(sent)

    on_a_topic_of_its_own("follower", case)


def test_a_marker_at_the_end_is_not_waited_for_and_an_open_transaction_is_read() -> None:
    async def case(topic: str) -> None:
        async with producer(transactional_id=topic) as client, following(topic) as (follower, values):
            await client.begin_transaction()
            await client.send_and_wait(topic, b"a", partition=0)
            assert await follower.has_read(monotonic(), topic)
            assert values == ["a"]
            await client.commit_transaction()
            assert await follower.has_read(monotonic(), topic)
            assert values == ["a"]

    on_a_topic_of_its_own("follower", case)


def test_what_a_group_has_committed_is_left_out_and_another_partition_read_whole() -> None:
    async def case(topic: str) -> None:
        async with producer() as client:
            for value, partition in (("a", 0), ("b", 0), ("c", 1)):
                await client.send_and_wait(topic, value.encode(), partition=partition)
        async with AIOKafkaConsumer(
            **aiokafka_options(), group_id=f"{topic}-group", enable_auto_commit=False
        ) as member:
            member.assign([TopicPartition(topic, 0)])
            await member.commit({TopicPartition(topic, 0): 1})
        async with following(topic) as (follower, values):
            assert await follower.has_read(monotonic(), topic)
            assert sorted(values) == ["b", "c"]

    on_a_topic_of_its_own("follower", case)


def test_a_moment_that_was_reached_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def case(topic: str) -> None:
        async with following(topic) as (follower, _):
            earlier = monotonic()
            assert await follower.has_read(monotonic(), topic)
            monkeypatch.setattr(AIOKafkaConsumer, "end_offsets", None)
            assert await follower.has_read(earlier, topic)

    on_a_topic_of_its_own("follower", case)


def test_nothing_is_said_to_be_read_once_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    async def case(topic: str) -> None:
        async with following(topic) as (follower, _):
            earlier = monotonic()
            assert await follower.has_read(monotonic(), topic)
        monkeypatch.setattr(app.follower, "PATIENCE", 0.1)
        assert not await follower.has_read(earlier, topic)

    on_a_topic_of_its_own("follower", case)
