"""Records that could not be understood: kept as they were, with the reason, on a topic of their own."""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from aiokafka import ConsumerRecord

from app.application import app
from app.reachable import until_kafka_answers

dead_letters = app.topic("dead_letters", key_serializer="raw", value_serializer="raw", allow_empty=True)


class Rejected(NamedTuple):
    """A record, and why it was rejected."""

    record: ConsumerRecord
    reason: str


@until_kafka_answers
async def send_to_dead_letters(rejected: Iterable[Rejected]) -> None:
    """Send records as they are, with where they stood and why in their headers, and wait until the broker has them."""
    await asyncio.gather(
        *[
            await dead_letters.send(
                key=record.key,
                value=record.value,
                headers={
                    "topic": record.topic.encode(),
                    "partition": str(record.partition).encode(),
                    "offset": str(record.offset).encode(),
                    "reason": reason.encode(),
                },
            )
            for record, reason in rejected
        ]
    )
