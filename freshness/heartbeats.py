"""The heartbeats of the shop's databases, as Kafka has them, each with the ends of its source's partitions.

Each connector updates one row of its database every second (``heartbeat.action.query``), and captures that update
like any other, in a topic of its own with one partition.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from time import monotonic
from typing import NamedTuple

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from cdc.event import RESET, TransactionSource
from connectors.definitions import load
from freshness.frontier import Partition
from kafka_client import aiokafka_options, away_and_not_cancelled

POLL_MS = 1_000
"""Milliseconds for which one request waits for heartbeats."""

LOOK_AGAIN_SECONDS = 5.0
"""Between two looks for the topic of a connector that has not been made yet."""

LOOK_BACK = 60
"""Offsets before the end from which reading begins: the newest heartbeat, and a reset shortly before it."""


class _Event(msgspec.Struct):
    op: str
    source: TransactionSource


class Heartbeat(NamedTuple):
    """A change of the table ``heartbeat``.

    Attributes:
        committed_ms: When it was committed, in ms since 1970.
        tx_id: The low 32 bits of its transaction's id.
        is_streamed: Whether it is a change. A reset, or a row that a snapshot reads, says that a snapshot begins.
    """

    committed_ms: int
    tx_id: int | None
    is_streamed: bool


class Beat(NamedTuple):
    """A heartbeat of a source.

    Attributes:
        topics: The topics of the source.
        committed_ms: When it was committed, in ms since 1970; none where a new snapshot of the source begins.
        end_offsets: By partition that was asked for, its end after the heartbeat was read; see `Frontier.heard`.
    """

    topics: tuple[str, ...]
    committed_ms: int | None
    end_offsets: Mapping[Partition, int]


def sources() -> dict[str, tuple[str, ...]]:
    """Return the topics of each connector, by the topic of its heartbeats."""
    return {definition.heartbeat_topic: definition.topics for definition in load()}


def heartbeat(value: bytes | None) -> Heartbeat | None:
    """Decode the value of a record of a heartbeat topic; None where it is no heartbeat."""
    try:
        event = msgspec.json.decode(value or b"", type=_Event)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if event.op not in ("c", "u", "r", RESET) or event.source.ts_ms is None:
        return None
    return Heartbeat(event.source.ts_ms, event.source.tx_id, event.op in ("c", "u"))


async def follow(
    wanted: Callable[[Collection[str]], Collection[Partition]], has_ended: Callable[[], bool]
) -> AsyncIterator[Beat]:
    """Yield the heartbeats of all sources, from the newest that Kafka has on.

    A source whose connector has not been made yet is followed once it has been.

    Args:
        wanted: returns, of the topics of a source, the partitions whose ends are asked for.
        has_ended: says that nobody follows any more. To cancel the task is not enough: a client of Kafka that is just
            closing may swallow that.

    Raises:
        KafkaError: where Kafka does not answer.
    """
    with away_and_not_cancelled():
        async with (
            AIOKafkaConsumer(**aiokafka_options(), isolation_level="read_committed") as reader,
            # Transactions end in one partition after the other: what precedes a heartbeat may not be committed there.
            AIOKafkaConsumer(**aiokafka_options(), isolation_level="read_uncommitted") as asker,
        ):
            while not has_ended():
                async for beat in _of_those_there(reader, sources(), has_ended):
                    ends = {} if beat.committed_ms is None else await ends_of(asker, wanted(beat.topics))
                    yield beat._replace(end_offsets=ends)


async def _of_those_there(
    reader: AIOKafkaConsumer, topics_of: Mapping[str, tuple[str, ...]], has_ended: Callable[[], bool]
) -> AsyncIterator[Beat]:
    """Yield the heartbeats of the sources whose topics exist, until another one does."""
    there = topics_of.keys() & await reader.topics()
    if not there:
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return
    await _begin(reader, [TopicPartition(topic, 0) for topic in there])
    looked = monotonic()
    while not has_ended():
        fetched = await reader.getmany(timeout_ms=POLL_MS)
        for partition, records in fetched.items():
            for beat in _newest(topics_of[partition.topic], records):
                yield beat
        if len(there) < len(topics_of) and monotonic() > looked + LOOK_AGAIN_SECONDS:
            looked = monotonic()
            if topics_of.keys() & await reader.topics() != there:
                return


async def _begin(reader: AIOKafkaConsumer, partitions: Collection[TopicPartition]) -> None:
    reader.assign(partitions)
    begins, ends = await reader.beginning_offsets(partitions), await reader.end_offsets(partitions)
    for partition in partitions:
        reader.seek(partition, max(begins[partition], ends[partition] - LOOK_BACK))


def _newest(topics: tuple[str, ...], records: Iterable[ConsumerRecord]) -> list[Beat]:
    """Return what records say, in their order: of heartbeats in a row the last, which says the same as all of them."""
    beats: list[Beat] = []
    for record in records:
        beat = heartbeat(record.value)
        if beat is None:
            continue
        if beats and (beats[-1].committed_ms is not None) == beat.is_streamed:
            beats.pop()
        beats.append(Beat(topics, beat.committed_ms if beat.is_streamed else None, {}))
    return beats


async def ends_of(asker: AIOKafkaConsumer, partitions: Collection[Partition]) -> dict[Partition, int]:
    """Return where partitions end, as a client sees it that reads what is not committed, too."""
    if not partitions:
        return {}
    ends = await asker.end_offsets([TopicPartition(*partition) for partition in partitions])
    return {(partition.topic, partition.partition): end for partition, end in ends.items()}
