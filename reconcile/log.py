"""What Kafka holds around a comparison: the markers, the window around them, and the records to correct by."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from connectors.topics import partition_counts
from freshness.frontier import Partition
from freshness.heartbeats import heartbeat
from kafka_client import aiokafka_options, away_and_not_cancelled
from reconcile.correction import Correction, Header
from reconcile.errors import NotComparable
from reconcile.visibility import IDS
from settings import kafka_service

LOOK_BACK_MS = 60_000
"""Before what Kafka held when the first marker was written, by its own time of the heartbeats: where reading begins.
A commit can be decoded before it is visible, while its backend still ends the transaction; what was decoded a minute
before is visible.
"""

LOOK_BACK = 60
"""Offsets before the first marker of which the least time counts, so that a clock that was set forward is no harm.
These are 30 heartbeats, one a second: each is a Kafka transaction of its own, which ends in an offset of its own.
"""

SLACK_MS = 10_000
"""Taken off that time, to find where each partition was then."""

FETCH_BYTES = 4 * 2**20
"""Of one partition at once."""

decode_header = msgspec.json.Decoder(Header).decode


class Markers(NamedTuple):
    """The two markers of a database, in one of its heartbeat topics.

    Attributes:
        end: The end that the topic had before the first one was written.
        first: The id of the first marker's transaction.
        second: The id of the second one's.
    """

    end: int
    first: int
    second: int


class Window(NamedTuple):
    """The heartbeats around the markers.

    Attributes:
        since_ms: When it begins, by the clock that all of the connector's records have.
        oldest_tx_id: The low 32 bits of the oldest one's transaction.
        has_first: Whether the first marker came as a change. If not, a new Debezium snapshot began after it.
    """

    since_ms: int
    oldest_tx_id: int
    has_first: bool

    def until(self, least_ms: int) -> "Window":
        """Return it with a beginning at this time at the latest, less the slack: also if no heartbeat is as old."""
        return self._replace(since_ms=max(0, min(self.since_ms, least_ms) - SLACK_MS))


class Extent(NamedTuple):
    """Where a partition begins and ends, and the first offset of the window in it."""

    begin: int
    window: int
    end: int


def partitions_of(topics: Collection[str], patience: float) -> list[Partition]:
    """Return the partitions of topics that exist.

    Raises:
        ConnectorsError: where Kafka does not answer.
    """
    return [(topic, number) for topic, count in partition_counts(topics, patience).items() for number in range(count)]


def ends(topics: Collection[str]) -> dict[str, int]:
    """Return the end of each of these topics of one partition.

    Raises:
        NotComparable: where Kafka does not answer.
    """

    async def ask() -> dict[str, int]:
        async with consumers() as (_, asker):
            found = await asker.end_offsets([TopicPartition(topic, 0) for topic in topics])
            return {partition.topic: end for partition, end in found.items()}

    return asyncio.run(ask()) if topics else {}


def windows(markers: Mapping[str, Markers], patience: float) -> dict[str, Window]:
    """Wait for the second markers, and return the windows by heartbeat topic; without those that do not come in time.

    Args:
        markers: By heartbeat topic.
        patience: Seconds to wait.

    Raises:
        NotComparable: where Kafka does not answer.
    """
    return asyncio.run(_windows(markers, patience)) if markers else {}


def extents(since_ms: Mapping[Partition, int]) -> dict[Partition, Extent]:
    """Return the extents of partitions, given when their windows begin.

    Raises:
        NotComparable: where Kafka does not answer.
    """
    if not since_ms:
        return {}
    return asyncio.run(_extents({TopicPartition(*partition): since for partition, since in since_ms.items()}))


def take(
    starts: Mapping[Partition, int], ends: Mapping[Partition, int], corrections: "Corrections", patience: float
) -> set[Partition]:
    """Read partitions from an offset to an end, and hand each change event to the partition's corrections.

    Args:
        starts: By partition, from where.
        ends: By partition, up to where: records of transactions that were still open then are read once these end.
        corrections: By partition, what takes the records.
        patience: Seconds to wait for the next record.

    Returns:
        The partitions that were not read to their ends in time.

    Raises:
        NotComparable: where Kafka does not answer.
    """
    return asyncio.run(_take(starts, ends, corrections, patience)) if starts else set()


Corrections = Mapping[Partition, Sequence[Correction]]


@asynccontextmanager
async def consumers() -> AsyncIterator[tuple[AIOKafkaConsumer, AIOKafkaConsumer]]:
    """Lend a consumer of what is committed, and one that tells where partitions end, open transactions included."""
    options = {"auto_offset_reset": "none", "max_partition_fetch_bytes": FETCH_BYTES}
    try:
        with away_and_not_cancelled():
            async with (
                AIOKafkaConsumer(**aiokafka_options(), **options, isolation_level="read_committed") as reader,
                AIOKafkaConsumer(**aiokafka_options(), isolation_level="read_uncommitted") as asker,
            ):
                yield reader, asker
    except (KafkaError, OSError) as error:
        raise NotComparable(f"{kafka_service()} does not answer: {error!r}") from error


async def _windows(markers: Mapping[str, Markers], patience: float) -> dict[str, Window]:
    async with consumers() as (reader, asker):
        begins = await reader.beginning_offsets([TopicPartition(topic, 0) for topic in markers])
        starts = {
            partition: max(begin, markers[partition.topic].end - LOOK_BACK) for partition, begin in begins.items()
        }
        near = await _look(reader, starts, markers, patience)
        if not near:
            return {}
        since_ms = {TopicPartition(topic, 0): max(0, each.since_ms - LOOK_BACK_MS) for topic, each in near.items()}
        # What they find is at or before the records that were just read.
        found = await asker.offsets_for_times(dict(since_ms))
        starts = {partition: max(begins[partition], first.offset) for partition, first in found.items() if first}
        far = await _look(reader, starts, markers, patience)
    return {topic: window.until(since_ms[TopicPartition(topic, 0)]) for topic, window in far.items()}


async def _look(
    reader: AIOKafkaConsumer, starts: Mapping[TopicPartition, int], markers: Mapping[str, Markers], patience: float
) -> dict[str, Window]:
    """Read from these offsets to the second markers, and return the windows of the topics that have them in time."""
    looking = {partition.topic: _Looking(markers[partition.topic]) for partition in starts}
    deadline = time.monotonic() + patience
    reader.assign(list(starts))
    for partition, start in starts.items():
        reader.seek(partition, start)
    while time.monotonic() < deadline and not all(each.is_done for each in looking.values()):
        for partition, records in (await reader.getmany(timeout_ms=200)).items():
            looking[partition.topic].take(records)
    return {topic: each.window() for topic, each in looking.items() if each.is_done}


class _Looking:
    """Looks for the markers in a heartbeat topic."""

    def __init__(self, wanted: Markers) -> None:
        self._first, self._second = wanted.first % IDS, wanted.second % IDS
        self._written_ms: list[int] = []
        self._tx_ids: list[int] = []
        self._has_first = False
        self.is_done = False

    def take(self, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            beat = heartbeat(record.value)
            if beat is None or self.is_done:
                continue
            self._written_ms.append(record.timestamp)
            if beat.is_streamed and beat.tx_id is not None:
                self._tx_ids.append(beat.tx_id)
                self._has_first |= beat.tx_id == self._first
                self.is_done = beat.tx_id == self._second

    def window(self) -> Window:
        # The least of all: where the clock was set back meanwhile, later records have smaller times.
        return Window(min(self._written_ms), self._tx_ids[0], self._has_first)


async def _extents(since_ms: Mapping[TopicPartition, int]) -> dict[Partition, Extent]:
    partitions = list(since_ms)
    async with consumers() as (reader, asker):
        begins = await reader.beginning_offsets(partitions)
        ends = await asker.end_offsets(partitions)
        # Of the asker: the reader is not told of records in a Kafka transaction that is open, nor of any behind them.
        found = await asker.offsets_for_times(dict(since_ms))
    extents = {}
    for partition in partitions:
        first = found[partition]
        window = ends[partition] if first is None else first.offset
        extents[partition.topic, partition.partition] = Extent(begins[partition], window, ends[partition])
    return extents


async def _take(
    starts: Mapping[Partition, int], ends: Mapping[Partition, int], corrections: Corrections, patience: float
) -> set[Partition]:
    left = {TopicPartition(*partition) for partition, start in starts.items() if start < ends[partition]}
    deadline = time.monotonic() + patience
    async with consumers() as (reader, _):
        reader.assign(list(left))
        for partition in left:
            reader.seek(partition, starts[partition.topic, partition.partition])
        while left and time.monotonic() < deadline:
            for partition, records in (await reader.getmany(timeout_ms=200)).items():
                _hand_over(records, corrections[partition.topic, partition.partition])
                deadline = time.monotonic() + patience
            for partition in [each for each in left if await _is_read(reader, each, ends)]:
                left.remove(partition)
                reader.pause(partition)
    return {(partition.topic, partition.partition) for partition in left}


async def _is_read(reader: AIOKafkaConsumer, partition: TopicPartition, ends: Mapping[Partition, int]) -> bool:
    position: int = await reader.position(partition)
    return position >= ends[partition.topic, partition.partition]


def _hand_over(records: Sequence[ConsumerRecord], corrections: Sequence[Correction]) -> None:
    for record in records:
        if record.value is None:
            continue
        try:
            header = decode_header(record.value)
        except (msgspec.DecodeError, UnicodeDecodeError):  # a dead letter: it contributes nothing
            continue
        for correction in corrections:
            correction.take(record.offset, header, record.value)
