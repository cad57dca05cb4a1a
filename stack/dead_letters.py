"""What is in the topic of the dead letters: by reason, one of them, and up to where people have seen them."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from time import monotonic
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from cdc.row import at_ms
from connectors.errors import LateError
from connectors.topics import DEAD_LETTERS
from connectors.unseen import group, mark, partitions_of_dead_letters, seen_up_to
from settings import kafka_service
from stack.errors import StackError
from stack.topics import shown

POLL_MS = 500
"""Milliseconds for which one request waits for records."""
PATIENCE = 30.0
"""Seconds without a record, though there are more, after which Kafka counts as away: its client asks again for ever."""

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
            at_ms(record.timestamp),
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


class Listing(NamedTuple):
    """What was listed.

    Attributes:
        reasons: Dead letters by reason.
        ends: By partition the offset before which all were read.
    """

    reasons: list[Reason]
    ends: dict[int, int]


async def listing(progress: Progress) -> Listing:
    """Read all that the topic holds now, and return what is in it by reason.

    Raises:
        LateError: Kafka does not answer.
    """
    found = Reasons()
    async with group() as consumer:
        partitions = await partitions_of_dead_letters()
        first_unseen, ends = await seen_up_to(consumer, partitions), await consumer.end_offsets(partitions)
        async for record in read(consumer, ends, progress):
            seen_before = first_unseen[TopicPartition(record.topic, record.partition)]
            found.add(record, is_seen=record.offset < seen_before)
    return Listing(found.listed(), {each.partition: end for each, end in ends.items()})


def written(ends: Mapping[int, int]) -> str:
    """Return ends as a command takes them: ``0:17,1:4``."""
    return ",".join(f"{partition}:{end}" for partition, end in sorted(ends.items()))


def understood(text: str) -> dict[int, int]:
    """Return the ends that `written` wrote.

    Raises:
        StackError: It is no such text.
    """
    if not re.fullmatch(r"\d+:\d+(,\d+:\d+)*", text):
        raise StackError(f"{text!r} is none of PARTITION:OFFSET,…: python -m stack dead-letters says what to write.")
    return {int(partition): int(end) for partition, _, end in (each.partition(":") for each in text.split(","))}


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
        async for record in read(consumer, await consumer.end_offsets(await partitions_of_dead_letters()), progress):
            if wanted in (place(record), own_place(record)):
                return shown(record)
    raise StackError(f"There is no dead letter of {wanted}: python -m stack dead-letters lists their topics.")


async def mark_as_seen(until: Mapping[int, int]) -> int:
    """Mark the dead letters before some offsets as seen, and return how many of them nobody had seen before.

    Args:
        until: by partition; what came since a list was made is not in it, and stays unseen.

    Raises:
        LateError: Kafka does not answer.
        StackError: the topic does not reach that far.
    """
    async with group() as consumer:
        partitions = await partitions_of_dead_letters()
        first, ends = await seen_up_to(consumer, partitions), await consumer.end_offsets(partitions)
        marks = to_mark(
            {each.partition: offset for each, offset in first.items()},
            {each.partition: offset for each, offset in ends.items()},
            until,
        )
        if marks:
            await mark(consumer, {TopicPartition(DEAD_LETTERS, each): offset for each, offset in marks.items()})
        return sum(offset - first[TopicPartition(DEAD_LETTERS, each)] for each, offset in marks.items())


def to_mark(first_unseen: Mapping[int, int], ends: Mapping[int, int], until: Mapping[int, int]) -> dict[int, int]:
    """Return by partition the offset to commit, where that is further than before.

    Args:
        first_unseen: By partition the first offset that nobody has seen.
        ends: Its end.
        until: Before which offsets all were seen now.

    Raises:
        StackError: a partition does not reach that far, as one of a topic that was made anew since.
    """
    beyond = {partition: offset for partition, offset in until.items() if offset > ends.get(partition, -1)}
    if beyond:
        raise StackError(f"The dead letters end before {written(beyond)}: python -m stack dead-letters lists them.")
    return {partition: offset for partition, offset in until.items() if offset > first_unseen[partition]}


async def read(
    consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int], progress: Progress
) -> AsyncIterator[ConsumerRecord]:
    """Yield all records that the partitions hold before their ends, and nothing that comes later.

    Raises:
        LateError: Kafka sends nothing for `PATIENCE` seconds.
    """
    if not ends:
        return
    consumer.assign(list(ends))
    begins = await consumer.beginning_offsets(list(ends))
    for partition in ends:
        consumer.seek(partition, begins[partition])
    length, done, moved = sum(ends.values()) - sum(begins.values()), -1, monotonic()
    while (now_done := sum([await consumer.position(each) - begins[each] for each in ends])) < length:
        if now_done > done:
            done, moved = now_done, monotonic()
        elif monotonic() - moved > PATIENCE:
            raise LateError(f"{kafka_service()} does not answer: it sent nothing for {PATIENCE:.0f} s")
        progress(done, length)
        for partition, records in (await consumer.getmany(timeout_ms=POLL_MS)).items():
            for record in records:
                if record.offset < ends[partition]:
                    yield record
