"""A broker that is killed while transactions end comes back with none of them hanging."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import NewTopic

from connectors.topics import admin
from kafka_client import aiokafka_options
from settings import settings
from tests.pipeline import service, wait_until

TOPIC = "transactions-that-end"
PARTITIONS = [TopicPartition(TOPIC, number) for number in range(64)]

# Each of them ends transactions without a pause: some are about to end whenever the broker is killed.
PRODUCERS = """
import asyncio, sys
from aiokafka import AIOKafkaProducer
from kafka_client import aiokafka_options

async def produce(topic, name):
    transactions = {"transactional_id": name, "transaction_timeout_ms": 5000}
    async with AIOKafkaProducer(**aiokafka_options(), **transactions) as producer:
        while True:
            async with producer.transaction():
                await asyncio.gather(*[producer.send(topic, b"", partition=number) for number in range(64)])

async def main(topic):
    await asyncio.gather(*[produce(topic, f"{topic}-{number}") for number in range(16)])

asyncio.run(main(sys.argv[1]))
"""


@pytest.fixture
def producers() -> Iterator[subprocess.Popen[bytes]]:
    """Have many transactions end all the time, until the test ends."""
    asyncio.run(_create())
    process = subprocess.Popen([sys.executable, "-c", PRODUCERS, TOPIC], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: sum(ends("read_committed")) > 1000)
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.usefixtures("stack")
def test_no_transaction_hangs_after_a_kill(producers: subprocess.Popen[bytes]) -> None:
    kafka = service("kafka")
    assert kafka.process.pid is not None
    os.kill(kafka.process.pid, signal.SIGKILL)
    wait_until(lambda: not kafka.process.alive)
    producers.kill()  # or their next transactions would end those that hang
    kafka.start(settings())
    kafka.wait(settings())

    wait_until(lambda: ends("read_committed") == ends("read_uncommitted"), seconds=60)


def ends(isolation: str) -> list[int]:
    """Return how far each partition can be read."""

    async def ask() -> list[int]:
        async with AIOKafkaConsumer(TOPIC, **aiokafka_options(), isolation_level=isolation) as consumer:
            offsets = await consumer.end_offsets(PARTITIONS)
        return [offsets[partition] for partition in PARTITIONS]

    return asyncio.run(ask())


async def _create() -> None:
    async with admin() as client:
        await client.create_topics([NewTopic(TOPIC, num_partitions=len(PARTITIONS), replication_factor=1)])
