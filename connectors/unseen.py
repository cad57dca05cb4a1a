"""The dead letters that nobody has seen: the lag of a consumer group that a person commits.

Kafka keeps the committed offsets for as long as ``offsets.retention.minutes`` says, which is a year here.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition

from connectors.topics import DEAD_LETTERS, admin, late_if_away, partitions_of
from kafka_client import aiokafka_options

GROUP = "instashop-dead-letters"
"""Nobody consumes as this group: its offsets say up to where the dead letters were seen."""


async def count() -> int:
    """Return how many dead letters nobody has seen.

    Raises:
        LateError: Kafka does not answer.
    """
    async with group() as consumer:
        partitions = await partitions_of_dead_letters()
        first = await seen_up_to(consumer, partitions)
        ends = await consumer.end_offsets(partitions)
        return sum(ends[partition] - first[partition] for partition in partitions)


async def seen_up_to(consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
    """Return by partition the first offset that nobody has seen.

    Offsets beyond a partition's end, or before its beginning, are of a topic that was deleted since.
    """
    begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    committed = {partition: await consumer.committed(partition) for partition in partitions}
    return {
        partition: first_unseen(begins[partition], ends[partition], committed[partition]) for partition in partitions
    }


def first_unseen(begin: int, end: int, committed: int | None) -> int:
    """Return the first offset of a partition that was not seen."""
    return committed if committed is not None and begin <= committed <= end else begin


async def mark(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> None:
    """Commit that all before these offsets was seen."""
    consumer.assign(list(ends))
    await consumer.commit(dict(ends))


async def partitions_of_dead_letters() -> list[TopicPartition]:
    """Return the partitions of the topic; none where it was not made yet."""
    async with admin() as client:
        return await partitions_of(client, [DEAD_LETTERS])


@asynccontextmanager
async def group() -> AsyncIterator[AIOKafkaConsumer]:
    """Have a client that reads and commits the group's offsets, without being its member."""
    options = {"group_id": GROUP, "enable_auto_commit": False, "isolation_level": "read_committed"}
    with late_if_away():
        async with AIOKafkaConsumer(**aiokafka_options(), **options) as consumer:
            yield consumer
