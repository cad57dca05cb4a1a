"""When a follower says that it has read all, while Kafka's client does what it does at its worst."""

import asyncio
from collections.abc import Collection
from time import monotonic
from typing import Any

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAuthorizationFailedError

import app.follower
from app.follower import Follower

CATALOGUE, PRODUCT = TopicPartition("catalogue", 0), TopicPartition("product", 0)
TOPICS = (CATALOGUE.topic, PRODUCT.topic)


class Kafka:
    """What stands in Kafka, and what its clients meet."""

    def __init__(self) -> None:
        self.records: dict[TopicPartition, list[bytes | None]] = {CATALOGUE: [], PRODUCT: []}
        self.committed = {CATALOGUE: 0, PRODUCT: 0}
        self.coordinator = asyncio.Event()
        """Set once it says what is committed."""
        self.coordinator.set()
        self.trouble: KafkaError | None = None
        """What a question for the ends is answered with."""
        self.closing: BaseException | None = None
        """What comes out of a client that is closed."""
        self.fetches = asyncio.Semaphore(1_000)

    def client(self, **_: Any) -> "Client":
        return Client(self)


class Client:
    """A consumer of it."""

    def __init__(self, kafka: Kafka) -> None:
        self.kafka = kafka
        self.positions: dict[TopicPartition, int] = {}

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.sleep(0.01)
        if self.kafka.closing:
            raise self.kafka.closing

    def assign(self, partitions: Collection[TopicPartition]) -> None:
        self.partitions = partitions

    def assignment(self) -> Collection[TopicPartition]:
        return self.partitions

    async def position(self, partition: TopicPartition) -> int:
        await self.kafka.coordinator.wait()
        return self.positions.setdefault(partition, self.kafka.committed[partition])

    async def end_offsets(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        if self.kafka.trouble:
            raise self.kafka.trouble
        return {partition: len(self.kafka.records[partition]) for partition in partitions}

    async def getmany(self, **_: Any) -> dict[TopicPartition, list[ConsumerRecord]]:
        await self.kafka.fetches.acquire()
        await asyncio.sleep(0.001)
        fetched = {}
        for partition in self.partitions:
            values = self.kafka.records[partition][await self.position(partition) :]
            self.positions[partition] += len(values)
            fetched[partition] = [ConsumerRecord(*partition, 0, 0, 0, None, value, None, 0, 0, ()) for value in values]
        return fetched


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch) -> Kafka:
    kafka = Kafka()
    monkeypatch.setattr(app.follower, "AIOKafkaConsumer", kafka.client)
    monkeypatch.setattr(app.follower, "PATIENCE", 5.0)
    return kafka


class Unreadable(Exception):
    """What a record is that has no value."""


class Taken(list[bytes]):
    """What a follower handed over; and may be handed what it cannot take up."""

    def __init__(self) -> None:
        super().__init__()
        self.follower = Follower(self.take_up)

    def take_up(self, record: ConsumerRecord) -> None:
        if record.value is None:
            raise Unreadable
        self.append(record.value)

    def follow(self) -> asyncio.Task[None]:
        return asyncio.create_task(self.follower.follow([CATALOGUE, PRODUCT], "group"))


def test_what_is_committed_while_it_is_looked_up_is_read_in_the_other_topic(kafka: Kafka) -> None:
    async def case() -> None:
        taken = Taken()
        kafka.records[PRODUCT].append(b"A")
        kafka.coordinator.clear()
        following = taken.follow()
        asked = asyncio.create_task(taken.follower.has_read(monotonic(), *TOPICS))
        await asyncio.sleep(0.05)  # in which it has to ask nothing: another worker learns the product, and commits it
        kafka.records[CATALOGUE].append(b"A")
        kafka.committed[PRODUCT] = 1
        kafka.coordinator.set()
        assert await asked
        assert taken == [b"A"]
        following.cancel()

    asyncio.run(case())


def test_a_reading_that_broke_off_has_not_read_what_it_was_handed(
    kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.follower, "PATIENCE", 0.2)

    async def case() -> None:
        taken = Taken()
        kafka.records[CATALOGUE] = [None, b"A"]
        following = taken.follow()
        asked = asyncio.create_task(taken.follower.has_read(monotonic(), *TOPICS))
        with pytest.raises(Unreadable):
            await following
        assert not await asked

    asyncio.run(case())


def test_who_waits_for_one_topic_does_not_wait_for_the_other(kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> None:
    async def case() -> None:
        taken = Taken()
        following = taken.follow()
        assert await taken.follower.has_read(monotonic(), *TOPICS)
        kafka.fetches = asyncio.Semaphore(0)
        await asyncio.sleep(0.01)
        kafka.records[PRODUCT].append(b"A")
        monkeypatch.setattr(app.follower, "PATIENCE", 0.1)
        other = asyncio.create_task(taken.follower.has_read(monotonic(), *TOPICS))
        await asyncio.sleep(0.01)
        assert await taken.follower.has_read(monotonic(), CATALOGUE.topic)
        assert not other.done()
        assert not await other
        kafka.fetches.release()
        assert await taken.follower.has_read(monotonic(), *TOPICS)
        assert taken == [b"A"]
        following.cancel()

    asyncio.run(case())


def test_what_may_pass_is_no_answer_and_what_does_not_is_raised(kafka: Kafka) -> None:
    async def case() -> None:
        taken = Taken()
        following = taken.follow()
        kafka.trouble = KafkaConnectionError()
        assert not await taken.follower.has_read(monotonic(), *TOPICS)
        kafka.trouble = TopicAuthorizationFailedError()
        with pytest.raises(TopicAuthorizationFailedError):
            await taken.follower.has_read(monotonic(), *TOPICS)
        following.cancel()

    asyncio.run(case())


def test_a_client_that_cancels_itself_is_an_unreachable_kafka(kafka: Kafka) -> None:
    async def case() -> None:
        taken = Taken()
        kafka.records[CATALOGUE] = [None]
        kafka.closing = asyncio.CancelledError()
        with pytest.raises(KafkaConnectionError):
            await taken.follow()

    asyncio.run(case())


def test_who_cancels_it_is_heard(kafka: Kafka) -> None:
    async def case() -> None:
        taken = Taken()
        following = taken.follow()
        assert await taken.follower.has_read(monotonic(), *TOPICS)
        kafka.closing = asyncio.CancelledError()
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following

    asyncio.run(case())
