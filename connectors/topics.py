"""The topics that the pipeline starts from. Brokers here make none by themselves: a typo would become a topic."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from cdc import items
from connectors.errors import ConnectorsError, LateError, patiently
from kafka_client import aiokafka_options
from settings import kafka_service, settings

DEAD_LETTERS = "dead_letters"
FOR_EVER = {"retention.ms": "-1"}
"""Kafka's default is a week. Who counts a topic anew, as the app does for a new measure, needs all of it."""
HEARTBEATS = {"retention.ms": str(6 * 3_600_000), "segment.ms": str(3_600_000)}
"""Heartbeats come every second, and only the newest ones are read."""
LONGER = {"max.message.bytes": str(2 * 2**20)}
"""Dead letters: the longest record that another topic takes, with where it stood and why in its headers."""
OF_THE_APP = {DEAD_LETTERS: FOR_EVER | LONGER, items.TOPIC: FOR_EVER}
"""What the Faust app writes, with its settings: topics with the partitions of what it reads."""
REQUEST_TIMEOUT_MS = 5_000


def partition_counts(topics: Collection[str], patience: float) -> dict[str, int]:
    """Return how many partitions each of these topics has; a topic that does not exist is left out."""
    return patiently(lambda: asyncio.run(_partition_counts(topics)), patience, aloud=True)


def create(partitions: Mapping[str, int], patience: float, config: Mapping[str, str] = FOR_EVER) -> None:
    """Make topics with so many partitions each, and with these settings. A topic that exists stays as it is.

    Raises:
        ConnectorsError: where Kafka does not answer, or refuses one.
    """
    patiently(lambda: asyncio.run(_create(partitions, config)), patience, aloud=True)


def cluster(patience: float) -> str:
    """Return the id of the Kafka cluster."""
    return patiently(lambda: asyncio.run(_cluster()), patience, aloud=True)


async def _cluster() -> str:
    async with admin() as client:
        cluster: str = (await client.describe_cluster())["cluster_id"]
    return cluster


async def _partition_counts(topics: Collection[str]) -> dict[str, int]:
    async with admin() as client:
        described = await client.describe_topics(list(topics))
    return {topic["topic"]: len(topic["partitions"]) for topic in described if topic["error_code"] == 0}


async def partitions_of(client: AIOKafkaAdminClient, topics: Collection[str]) -> list[TopicPartition]:
    """Return the partitions of those of these topics that exist."""
    return [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in await client.describe_topics(list(topics))
        if topic["error_code"] == 0
        for partition in topic["partitions"]
    ]


async def ends(topics: Collection[str]) -> dict[str, int]:
    """Return how many records each of these topics has had, open transactions' among them; of those that exist.

    Raises:
        KafkaError: Kafka does not answer.
    """
    async with admin() as client:
        partitions = await partitions_of(client, topics)
    if not partitions:
        return {}
    async with AIOKafkaConsumer(**aiokafka_options(), isolation_level="read_uncommitted") as asker:
        found = await asker.end_offsets(partitions)
    sums = dict.fromkeys((partition.topic for partition in partitions), 0)
    for partition, end in found.items():
        sums[partition.topic] += end
    return sums


async def _create(partitions: Mapping[str, int], config: Mapping[str, str]) -> None:
    async with admin() as client:
        response = await client.create_topics(
            [
                NewTopic(topic, count, settings().replication, topic_configs=config)
                for topic, count in partitions.items()
            ]
        )
    for topic, code, message in response.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise ConnectorsError(f"{kafka_service()} makes no topic {topic}: {message or error.__name__}")


@asynccontextmanager
async def admin() -> AsyncIterator[AIOKafkaAdminClient]:
    """Have a client that makes and describes topics within a block; LateError where Kafka does not answer."""
    admin = AIOKafkaAdminClient(**aiokafka_options(), request_timeout_ms=REQUEST_TIMEOUT_MS)
    with late_if_away():
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()


@contextmanager
def late_if_away() -> Iterator[None]:
    """Raise a LateError for what a client of Kafka raises if it is not answered."""
    try:
        yield
    except (KafkaError, OSError) as error:
        raise LateError(f"{kafka_service()} does not answer") from error
