"""Waiting for what is not there, or not there any more, and saying what it is."""

import logging
from collections.abc import Collection

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, KafkaTimeoutError
from faust.exceptions import ProducerSendError
from tenacity import (
    AsyncRetrying,
    retry,
    retry_if_exception,
    retry_if_exception_type,
    wait_exponential,
)

from databases.patience import saying
from kafka_client import aiokafka_options, silent_client
from settings import kafka_service, variable

logger = logging.getLogger(__name__)


class NotThere(Exception):
    """What is waited for; the message says so in one line."""


class Misfit(Exception):
    """Something that waiting does not mend; the message says so in one line."""


def may_pass(error: BaseException) -> bool:
    """Tell whether what failed to be sent to Kafka may be taken a moment later.

    Faust's producer wraps what aiokafka raises; and a timeout, to aiokafka, is nothing to try again.
    """
    cause = error.__cause__ if isinstance(error, ProducerSendError) else error
    return isinstance(cause, KafkaTimeoutError) or (isinstance(cause, KafkaError) and cause.retriable)


until_kafka_answers = retry(
    retry=retry_if_exception(may_pass),
    wait=wait_exponential(multiplier=0.5, max=10),
)
"""Decorates what sends to Kafka and may do so twice: aiokafka gives up after ``producer_request_timeout``, and says so
in its log.
"""


async def kafka(topics: Collection[str], partitions: int) -> str:
    """Wait until Kafka answers and has these topics, with back-off up to 10 s, and return the id of its cluster.

    Faust would start without the topics, and not look for them again for minutes.

    Raises:
        Misfit: where a topic has another number of partitions than these, which the tables have.
    """
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(NotThere),
        wait=wait_exponential(multiplier=0.5, max=10),
        before_sleep=saying(logger),
    ):
        with attempt, silent_client():
            return await _look(topics, partitions)
    raise AssertionError  # it tries for ever


async def _look(topics: Collection[str], partitions: int) -> str:
    service = kafka_service()
    admin = AIOKafkaAdminClient(**aiokafka_options(), request_timeout_ms=5_000)
    try:
        await admin.start()
        cluster: str = (await admin.describe_cluster())["cluster_id"]
        described = await admin.describe_topics(list(topics))
    except (KafkaError, OSError) as error:
        raise NotThere(f"{service} does not answer") from error
    finally:
        await admin.close()
    counts = {topic["topic"]: len(topic["partitions"]) for topic in described if topic["error_code"] == 0}
    if missing := sorted(topics - counts.keys()):
        raise NotThere(f"{service} has no topic {', '.join(missing)} yet: python -m connectors makes them")
    for topic, count in counts.items():
        if count != partitions:
            wanted = f"{partitions} ({variable('partitions')})"
            raise Misfit(f"{service}: topic {topic} has {count} partitions, not {wanted}")
    return cluster
