"""More partitions for topics that exist, so that more workers share them.

A row's later changes may then go to another partition than its earlier ones. No number minds: a total is the sum of its
partials over the partitions, each of which is counted once, in whatever order (docs/adr/0001). But a worker's tables
have one partition for each of a topic's, and workers of both minds would not agree on who has which: so none may run.
"""

import asyncio
from collections.abc import Collection

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from aiokafka.errors import KafkaError

from connectors.errors import ConnectorsError, LateError, patiently
from connectors.topics import admin
from settings import kafka_service

APP = "instashop"
"""The Faust app's id, without its version: its group, and the topics that it keeps for itself, begin with it."""


def extend(topics: Collection[str], wanted: int, patience: float) -> list[str]:
    """Give each of these topics, and each that the Faust app keeps for itself, as many partitions as are wanted.

    Returns:
        The topics that had fewer.

    Raises:
        ConnectorsError: where Kafka does not answer, a worker runs, or a topic has more already.
    """
    return patiently(lambda: asyncio.run(_extend(topics, wanted)), patience, aloud=True)


async def _extend(topics: Collection[str], wanted: int) -> list[str]:
    async with admin() as client:
        await _require_no_worker(client)
        counts = {
            topic["topic"]: len(topic["partitions"])
            for topic in await client.describe_topics()
            if topic["topic"] in topics or _is_of_the_app(topic["topic"])
        }
        if more := [f"{topic} has {count}" for topic, count in sorted(counts.items()) if count > wanted]:
            raise ConnectorsError(f"Kafka takes no partitions away, to leave {wanted}: {', '.join(more)}")
        fewer = sorted(topic for topic, count in counts.items() if count < wanted)
        try:
            await client.create_partitions({topic: NewPartitions(wanted) for topic in fewer})
        except KafkaError as error:
            raise ConnectorsError(f"{kafka_service()} adds no partitions: {error}") from error
    return fewer


async def _require_no_worker(client: AIOKafkaAdminClient) -> None:
    """Raise a LateError while workers run: one that was just stopped may be a member for some seconds yet."""
    groups = [name for name, kind in await client.list_consumer_groups() if name.startswith(APP) and kind == "consumer"]
    for group in groups:  # each by itself: Kafka hangs up on aiokafka 0.14 that asks for two
        (response,) = await client.describe_consumer_groups([group])
        ((_, _, _, _, _, members, *_),) = response.groups
        if members:
            raise LateError(f"Stop the workers first: group {group} has {len(members)} of them")


def _is_of_the_app(topic: str) -> bool:
    """Whether the Faust app keeps its tables or its catalogue there; its leader's topic has one partition for ever."""
    return topic.startswith(f"{APP}-") and not topic.endswith("-__leader")
