"""What is in the topic of the dead letters: by reason, one of them, and up to where people have seen them."""

from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from connectors.topics import DEAD_LETTERS
from connectors.unseen import group, mark, seen_up_to
from stack.errors import StackError
from stack.topics import layout, shown

Progress = Callable[[int, int], None]
"""Takes how many records were read, and of how many."""

PLACE = ("topic", "partition", "offset")
"""The headers that say where the original record stands; ``reason`` is the fourth."""


class Reason(NamedTuple):
    """Dead letters of one topic with the same reason.

    Attributes:
        topic: The topic of the original records.
        reason: Why they could not be understood.
        records: How many there are.
        unseen: How many of these nobody has seen.
        first: When the first became a dead letter, UTC.
        last: When the last did.
    """

    topic: str
    reason: str
    records: int
    unseen: int
    first: datetime
    last: datetime


def header(record: ConsumerRecord, name: str) -> str:
    """Return what a header of a dead letter says; an empty text where it has none."""
    return next((value.decode(errors="replace") for key, value in record.headers if key == name), "")


def place(record: ConsumerRecord) -> str:
    """Return where the original record stands: ``topic:partition:offset``."""
    return ":".join(header(record, name) for name in PLACE)


def own_place(record: ConsumerRecord) -> str:
    """Return where the dead letter itself stands."""
    return f"{record.topic}:{record.partition}:{record.offset}"


class Reasons:
    """Counts dead letters by topic and reason."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Reason] = {}

    def add(self, record: ConsumerRecord, *, is_seen: bool) -> None:
        """Count a dead letter."""
        at, key = (
            datetime.fromtimestamp(record.timestamp / 1000, UTC),
            (header(record, "topic"), header(record, "reason")),
        )
        former = self._found.get(key, Reason(*key, 0, 0, at, at))
        self._found[key] = former._replace(
            records=former.records + 1,
            unseen=former.unseen + (not is_seen),
            first=min(former.first, at),
            last=max(former.last, at),
        )

    def listed(self) -> list[Reason]:
        """Return them, the most frequent first."""
        return sorted(self._found.values(), key=lambda each: (-each.records, each.topic, each.reason))


async def reasons(progress: Progress) -> list[Reason]:
    """Read the whole topic, and return what is in it by reason.

    Raises:
        LateError: Kafka does not answer.
    """
    found = Reasons()
    async with group() as consumer:
        partitions = await _partitions()
        first_unseen = await seen_up_to(consumer, partitions)
        async for record in _read(consumer, partitions, progress):
            seen_before = first_unseen[TopicPartition(record.topic, record.partition)]
            found.add(record, is_seen=record.offset < seen_before)
    return found.listed()


async def one(wanted: str, progress: Progress) -> dict[str, Any]:
    """Return a dead letter as a JSON object: key, value and headers.

    Args:
        wanted: ``topic:partition:offset`` of the original record, or of the dead letter itself.
        progress: told how far reading is.

    Raises:
        LateError: Kafka does not answer.
        StackError: there is none such.
    """
    async with group() as consumer:
        async for record in _read(consumer, await _partitions(), progress):
            if wanted in (place(record), own_place(record)):
                return shown(record)
    raise StackError(f"There is no dead letter of {wanted}: python -m stack dead-letters lists their topics.")


async def mark_as_seen() -> int:
    """Mark all dead letters up to now as seen, and return how many nobody had seen before.

    Raises:
        LateError: Kafka does not answer.
    """
    async with group() as consumer:
        partitions = await _partitions()
        before, ends = await seen_up_to(consumer, partitions), await consumer.end_offsets(partitions)
        await mark(consumer, ends)
        return sum(ends[partition] - before[partition] for partition in partitions)


async def _partitions() -> list[TopicPartition]:
    return (await layout()).get(DEAD_LETTERS, [])


async def _read(
    consumer: AIOKafkaConsumer, partitions: Iterable[TopicPartition], progress: Progress
) -> AsyncIterator[ConsumerRecord]:
    """Yield all records that the partitions hold now, and nothing that comes later."""
    partitions = list(partitions)
    if not partitions:
        return
    consumer.assign(partitions)
    begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    for partition in partitions:
        consumer.seek(partition, begins[partition])
    length = sum(ends.values()) - sum(begins.values())
    while (done := sum([await consumer.position(each) - begins[each] for each in partitions])) < length:
        progress(done, length)
        for partition, records in (await consumer.getmany(timeout_ms=500)).items():
            for record in records:
                if record.offset < ends[partition]:
                    yield record
