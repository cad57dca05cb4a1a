"""What is in Kafka: its topics, and the last messages of one."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from kafka_client import aiokafka_options
from settings import kafka_service
from stack.errors import StackError

LOOK_BACK = 20
"""Offsets to go back for each message that is wanted: the ends of transactions take offsets, too."""


class Topic(NamedTuple):
    """A topic: its partitions, and the offsets that it holds, those of transactions' ends among them."""

    name: str
    partitions: int
    offsets: int


async def topics() -> list[Topic]:
    """Return all topics but Kafka's own, by name.

    Raises:
        StackError: Kafka does not answer.
    """
    async with _consumer() as consumer:
        return [await _topic(consumer, name, partitions) for name, partitions in sorted((await _layout()).items())]


async def _topic(consumer: AIOKafkaConsumer, name: str, partitions: list[TopicPartition]) -> Topic:
    begin, end = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    return Topic(name, len(partitions), sum(end.values()) - sum(begin.values()))


async def _layout() -> dict[str, list[TopicPartition]]:
    """Return the partitions of each topic but Kafka's own."""
    admin = AIOKafkaAdminClient(**aiokafka_options())
    await admin.start()
    try:
        described = await admin.describe_topics()
    finally:
        await admin.close()
    return {
        each["topic"]: [TopicPartition(each["topic"], partition["partition"]) for partition in each["partitions"]]
        for each in described
        if not each["is_internal"]
    }


@asynccontextmanager
async def _consumer() -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(**aiokafka_options(), isolation_level="read_committed", request_timeout_ms=5_000)
    try:
        await consumer.start()
        yield consumer
    except KafkaError as error:
        raise StackError(f"{kafka_service()} does not answer: {error}") from error
    finally:
        await consumer.stop()


async def last(name: str, count: int) -> list[ConsumerRecord]:
    """Return the last messages of a topic, the newest first.

    Raises:
        StackError: Kafka does not answer, or has no such topic.
    """
    async with _consumer() as consumer:
        partitions = (await _layout()).get(name)
        if partitions is None:
            raise StackError(f"There is no topic {name}: python -m stack topics lists them.")
        consumer.assign(partitions)
        ends, begins = await consumer.end_offsets(partitions), await consumer.beginning_offsets(partitions)
        for partition in partitions:
            consumer.seek(partition, max(begins[partition], ends[partition] - LOOK_BACK * count))
        records: list[ConsumerRecord] = []
        while any([await consumer.position(each) < ends[each] for each in partitions]):
            for fetched in (await consumer.getmany(timeout_ms=500)).values():
                records += fetched
    return sorted(records, key=lambda record: (record.timestamp, record.offset), reverse=True)[:count]


def shown(record: ConsumerRecord) -> dict[str, Any]:
    """Return a message as a JSON object: where it stands, its headers, and what it says."""
    return {
        "partition": record.partition,
        "offset": record.offset,
        "headers": {name: value.decode(errors="replace") for name, value in record.headers},
        "key": _said(record.key),
        "value": _said(record.value),
    }


def _said(raw: bytes | None) -> Any:
    """Return what JSON says, or the text where it is none."""
    try:
        return json.loads(raw) if raw is not None else None
    except ValueError:
        return raw.decode(errors="backslashreplace") if raw is not None else None
