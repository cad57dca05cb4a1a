"""A topic full of change events, that waits to be read."""

from collections.abc import Callable
from itertools import islice

from aiokafka import AIOKafkaProducer

from benchmarks import orders
from connectors import topics
from connectors.definitions import captured
from kafka_client import aiokafka_options
from settings import settings

TOPIC = "transaction"
BATCH = 5_000
"""Records a transaction: so much, Connect takes at once where much waits."""


def create_topics() -> None:
    """Make the topics that the app reads and writes."""
    names = [*topics.OF_THE_APP, *captured()]
    topics.create(dict.fromkeys(names, settings().partitions), patience=30)


def by_kafka(_: bytes) -> None:
    """Leave the partition to Kafka, which spreads keys evenly."""


async def fill(
    events: int, advance: Callable[[int], None], partition: Callable[[bytes], int | None] = by_kafka
) -> None:
    """Write change events of orders as Connect does: in transactions, compressed with lz4.

    Args:
        events: how many.
        advance: is told how many more are written.
        partition: of a key.
    """
    producer = AIOKafkaProducer(
        **aiokafka_options(),
        transactional_id="backlog",
        compression_type="lz4",
        max_batch_size=512 * 1024,
        linger_ms=2,
    )
    await producer.start()
    try:
        records = orders.records(events)
        while batch := list(islice(records, BATCH)):
            async with producer.transaction():
                for key, value in batch:
                    await producer.send(TOPIC, value, key, partition(key))
            advance(len(batch))
    finally:
        await producer.stop()
