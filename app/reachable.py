"""Waiting for a service that is not there yet, and saying which."""

import logging

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential

logger = logging.getLogger(__name__)


def _say(state: RetryCallState, service: str) -> None:
    seconds = state.next_action.sleep if state.next_action else 0
    logger.warning("%s does not answer; trying again in %.0f s", service, seconds)


async def kafka(addresses: str) -> str:
    """Wait until a broker answers, with back-off up to 10 s, and return the id of its cluster."""
    service = f"Kafka at {addresses} (INSTASHOP_KAFKA)"
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type((KafkaError, OSError)),
        wait=wait_exponential(multiplier=0.5, max=10),
        before_sleep=lambda state: _say(state, service),
    ):
        with attempt:
            admin = AIOKafkaAdminClient(bootstrap_servers=addresses, request_timeout_ms=5_000)
            try:
                await admin.start()
                cluster: str = (await admin.describe_cluster())["cluster_id"]
            finally:
                await admin.close()
    return cluster
