"""Records that could not be understood: kept as they were, with the reason, on a topic of their own."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple, Self

import msgspec
from aiokafka import ConsumerRecord
from faust.types import TP
from redis.exceptions import RedisError

from app.application import app, redis
from app.reachable import until_kafka_answers
from app.records import Record, consumer_record

dead_letters = app.topic("dead_letters", key_serializer="raw", value_serializer="raw", allow_empty=True)

RECENT = "status:dead_letters"
"""A Redis list: the last `KEPT` of them, newest first, for people who look. The topic has them all."""
KEPT = 20
LONGEST_REASON = 500
"""Characters: a reason may quote what it refuses, and that be as long as the record."""


class Rejected(NamedTuple):
    """A record, and why it was rejected."""

    record: ConsumerRecord
    reason: str

    @classmethod
    def of(cls, tp: TP, record: Record, error: Exception) -> Self:
        """Take a record of a partition, and for the reason the beginning of what the error says."""
        return cls(consumer_record(tp, record), str(error)[:LONGEST_REASON])


async def send_to_dead_letters(rejected: Sequence[Rejected]) -> None:
    """Send records as they are, with where they stood and why in their headers, and wait until the broker has them."""
    await _send(rejected)
    recent.add(rejected)
    with suppress(RedisError, OSError):  # the mirror says so
        await recent.show()


@until_kafka_answers
async def _send(rejected: Sequence[Rejected]) -> None:
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


class Recent:
    """What is to be seen in Redis. While it is away, the last `KEPT` wait."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def add(self, rejected: Sequence[Rejected]) -> None:
        """Note records to be shown."""
        now = datetime.now(UTC)
        self._keep(
            msgspec.json.encode(
                {"topic": record.topic, "partition": record.partition, "offset": record.offset, "reason": reason}
                | {"at": now}
            )
            for record, reason in rejected
        )

    async def show(self) -> None:
        """Show what waits.

        Raises:
            RedisError: Redis does not take it; it waits on.
        """
        shown, self._waiting = self._waiting, []
        if not shown:
            return
        try:
            async with redis.pipeline(transaction=True) as transaction:
                transaction.lpush(RECENT, *shown)
                transaction.ltrim(RECENT, 0, KEPT - 1)
                await transaction.execute()
        except BaseException:
            later, self._waiting = self._waiting, shown
            self._keep(later)
            raise

    def _keep(self, more: Iterable[bytes]) -> None:
        self._waiting = [*self._waiting, *more][-KEPT:]


recent = Recent()
