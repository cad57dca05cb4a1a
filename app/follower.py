"""Topics that each worker reads whole, and follows: as of when it has what Kafka had."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from operator import not_
from time import monotonic

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from tenacity import retry, retry_if_result, wait_fixed

from app.pulse import NEVER
from app.reachable import may_pass
from kafka_client import aiokafka_options, away_and_not_cancelled

PATIENCE = 10.0
"""Seconds after which who waits is told that it was in vain; less than a rebalance gives a worker to come to rest."""
STEP = 0.005
"""Seconds between two looks at how far it has read."""
MANY = 500
"""Records that are taken up at once; then others have their turn."""

ALL = {"isolation_level": "read_uncommitted"}
"""Transactions end in one partition before they end in another. So what precedes a committed record may not be
committed yet itself, and is read nonetheless. A change that Connect aborts had happened in the database.
"""


class Reading:
    """One reading of the partitions, for as long as its two clients last."""

    def __init__(self, reader: AIOKafkaConsumer, asker: AIOKafkaConsumer) -> None:
        self._reader = reader
        self._asker = asker
        """Asks where the topics end: on the reader's connection that would wait for the fetch under way."""
        self._as_of: dict[str, float] = {}

    async def begin(self) -> None:
        """Wait until it is known from where each partition is read.

        What a group commits later than that is read here as well, and not left out as what it committed before.
        """
        for partition in self._reader.assignment():
            await self._reader.position(partition)

    async def read(self, take_up: Callable[[ConsumerRecord], None]) -> None:
        """Hand over record by record, for ever."""
        while True:
            fetched = await self._reader.getmany(timeout_ms=1_000, max_records=MANY)
            for record in (record for records in fetched.values() for record in records):
                take_up(record)  # with nothing awaited since it left the client: its position says that it is
            await asyncio.sleep(0)

    async def comes_to(self, moment: float, topic: str) -> None:
        """Wait until what a topic had at a moment is handed over."""
        if self._as_of.get(topic, NEVER) < moment:
            asked = monotonic()
            partitions = [partition for partition in self._reader.assignment() if partition.topic == topic]
            await _comes_to(self._reader, await self._asker.end_offsets(partitions))
            self._as_of[topic] = asked


class Follower:
    """Reads partitions, and hands their records over."""

    def __init__(self, take_up: Callable[[ConsumerRecord], None]) -> None:
        self._take_up = take_up
        self._reading: Reading | None = None
        self._reads = asyncio.Event()

    async def follow(self, partitions: Collection[TopicPartition], group: str) -> None:
        """Read partitions until cancelled: from where a group has committed, and from the beginning where it has not.

        It is no member of the group, and commits nothing.

        Raises:
            KafkaError: where Kafka does not answer.
        """
        beginning = {"group_id": group, "enable_auto_commit": False, "auto_offset_reset": "earliest"}
        with away_and_not_cancelled():
            async with (
                AIOKafkaConsumer(**aiokafka_options(), **ALL, **beginning) as reader,
                AIOKafkaConsumer(**aiokafka_options(), **ALL) as asker,
            ):
                reader.assign(partitions)
                await self._read(Reading(reader, asker))

    async def _read(self, reading: Reading) -> None:
        await reading.begin()
        self._reading = reading
        self._reads.set()
        try:
            await reading.read(self._take_up)
        finally:  # before its clients are closed: it may have been handed what it did not hand over
            self._reads.clear()
            self._reading = None

    async def has_read(self, moment: float, *topics: str) -> bool:
        """Wait until it has what topics had at a moment of the monotonic clock, and tell whether it has.

        Raises:
            KafkaError: what waiting does not mend.
        """
        reading = None
        try:
            async with asyncio.timeout(PATIENCE):
                await self._reads.wait()
                if reading := self._reading:
                    for topic in topics:
                        await reading.comes_to(moment, topic)
        except TimeoutError:
            return False
        except KafkaError as error:
            if reading is self._reading and not may_pass(error):
                raise
            return False
        return reading is not None and reading is self._reading  # else it begins anew


@retry(retry=retry_if_result(not_), wait=wait_fixed(STEP))
async def _comes_to(reader: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    return all([await reader.position(partition) >= end for partition, end in ends.items()])
