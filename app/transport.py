"""A Faust transport that hands an agent the records of a partition as one message, and none of them too few.

Stock Faust spends 130 to 260 µs on each message: two tasks, a lock, a queue. Here a batch is one message, with the
offset of its last record; everything else of Faust (agents, tables, commits, rebalances) works as ever. So does
recovery, but that it is spared what other records of a changelog supersede (`app.changelog`).

Around a rebalance, Faust drops what it has fetched: streams skip it, and queues are cleared. It relies on the
committed offset to read it again, but a partition without one is not read again, and so may lose its first records. So
batches are numbered as they leave the fetcher, and whoever counts says from where to read (`BatchConsumer.read_from`).

This relies on private parts of faust-streaming 0.15.3, to be looked at when it is upgraded:

- ``faust/transport/drivers/aiokafka.py``: ``AIOKafkaConsumerThread._create_worker_consumer``, ``_fetch_records``;
  ``Consumer._new_consumer_thread``, ``_to_message``
- ``faust/transport/consumer.py``: ``_read_offset``, ``_add_gap``, ``_new_offset``, ``_acked``, ``_acked_index``,
  ``on_buffer_full``, ``wait_empty``
- ``faust/streams.py``: ``Stream._py_aiter`` acknowledges the messages that it skips, too

And on those of aiokafka 0.14.0, beside those of `app.records`: ``AIOKafkaConsumer._isolation_level``,
``_fetch_max_wait_ms`` and ``_fetcher``.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast

import aiokafka
from aiokafka import ConsumerRecord
from aiokafka.consumer.fetcher import READ_COMMITTED
from aiokafka.errors import IllegalStateError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, Message
from faust.types.tuples import ConsumerMessage

from app.batch import Batch, Turn
from app.changelog import needed
from app.pulse import NEVER
from app.records import Fetched, Record, consumer_record

LONGEST_POLL = 50
"""Milliseconds for which a broker holds a request that it has no records for; Faust's is 1500.

There is one request at a time. It leaves out the partitions whose records have not been taken yet: what comes there
meanwhile is asked for only when that request ends.
"""


class BatchThread(driver.AIOKafkaConsumerThread):
    """The thread of the Kafka client: fetches batches, of committed transactions only, and numbers them."""

    def __post_init__(self) -> None:
        """Take up Faust's own, and begin to number."""
        super().__post_init__()
        self.last_fetched: dict[TP, int] = {}
        self.fetched_at = time.monotonic()
        self._readings: Counter[TP] = Counter()
        self._numbers: Counter[TP] = Counter()

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Both are taken up by the fetcher when the consumer starts.
        consumer._isolation_level = "read_committed"
        consumer._fetch_max_wait_ms = LONGEST_POLL
        return consumer

    async def on_start(self) -> None:
        """Start the consumer, which has fetched nothing yet."""
        await super().on_start()
        fetcher = self._ensure_consumer()._fetcher
        if fetcher._isolation_level != READ_COMMITTED:
            raise AssertionError("the consumer would hand over what was never committed")
        fetcher._records = Fetched()

    async def _fetch_records(self, *args: Any, **kwargs: Any) -> dict[TP, list[Any]]:
        """Make a batch of each partition's records. A table recovers by record, from what it needs of its changelog.

        No other coroutine of this thread runs between the moment at which records leave the fetcher and this one:
        so a number tells exactly what was fetched before and after `read_from`.
        """
        fetched = await super()._fetch_records(*args, **kwargs)
        self.fetched_at = time.monotonic()
        return {
            tp: self._changelog(tp, records) if self.consumer._is_changelog_tp(tp) else [self._batch(tp, records)]
            for tp, records in fetched.items()
            if records
        }

    def _changelog(self, tp: TP, records: list[Record]) -> list[ConsumerRecord]:
        return needed([consumer_record(tp, record) for record in records])

    def _batch(self, tp: TP, records: list[Record]) -> Batch:
        batch = Batch(records)
        batch.tp, batch.turn = tp, Turn(self._readings[tp], self._numbers[tp])
        batch.fetched_at = self.fetched_at
        self._numbers[tp] += 1
        self.last_fetched[tp] = records[-1].offset
        return batch

    async def fetched_to(self) -> dict[TP, tuple[int, int]]:
        """See `BatchConsumer.fetched_to`."""
        fetched: dict[TP, tuple[int, int]] = await self.call_thread(self._fetched_to)
        return fetched

    async def _fetched_to(self) -> dict[TP, tuple[int, int]]:
        fetched = {}
        consumer = self._ensure_consumer()
        for tp in consumer.assignment():
            if not self.consumer._is_changelog_tp(tp):
                with suppress(TimeoutError, IllegalStateError):  # it is not known yet, or not this worker's any more
                    async with asyncio.timeout(0):
                        fetched[TP(*tp)] = await consumer.position(tp), self.last_fetched.get(TP(*tp), -1)
        return fetched

    async def read_from(self, tp: TP, offset: int) -> Turn | None:
        """See `BatchConsumer.read_from`."""
        turn: Turn | None = await self.call_thread(self._read_from, tp, offset)
        return turn

    async def _read_from(self, tp: TP, offset: int) -> Turn | None:
        try:
            self._ensure_consumer().seek(tp, offset)
        except IllegalStateError:
            return None
        self._readings[tp] += 1
        self._numbers[tp] = 0
        return Turn(self._readings[tp], 0)


class Forgetful(dict[TP, int | None]):
    """In place of Faust's memory of the last offset that it saw: going back is nothing to be dropped here."""

    def __getitem__(self, tp: TP) -> None:
        """Return nothing."""


class BatchConsumer(driver.Consumer):
    """Delivers batches, and commits those that are done."""

    _thread: BatchThread

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._read_offset = Forgetful()
        self.committed_at = NEVER

    def _new_consumer_thread(self) -> BatchThread:
        return BatchThread(self, loop=self.loop, beacon=self.beacon)

    def _to_message(self, tp: TP, record: ConsumerRecord | Batch) -> ConsumerMessage:
        if isinstance(record, ConsumerRecord):
            return super()._to_message(tp, record)
        message = super()._to_message(tp, consumer_record(tp, record[-1]))
        message.key, message.value = None, cast(Any, record)
        return message

    async def read_from(self, tp: TP, offset: int) -> Turn | None:
        """Read a partition anew from an offset; what was fetched before has an earlier turn.

        Returns:
            The turn of the first batch from there; None where the partition is not this worker's any more.
        """
        return await self._thread.read_from(tp, offset)

    async def fetched_to(self) -> dict[TP, tuple[int, int]]:
        """Return, by partition, the offset from which it is fetched next, and that of the last record fetched.

        Offsets between the two are of no record: they are the ends of transactions, or of records that were aborted.
        """
        return await self._thread.fetched_to()

    @property
    def fetched_at(self) -> float:
        """When it last asked Kafka for records and was answered, or else was made, by the monotonic clock."""
        return self._thread.fetched_at

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        committed = bool(await super()._commit(offsets))
        if committed:
            self.committed_at = time.monotonic()
        return committed

    def last_fetched(self, tp: TP) -> int:
        """Return the offset of the last record that was fetched; -1 where none was."""
        return self._thread.last_fetched.get(tp, -1)

    def ack(self, message: Message) -> bool:
        """Acknowledge a batch once it is written down: what a stream skips in a rebalance never is."""
        batch = message.value
        if isinstance(batch, Batch):
            written, current = batch.written, message.generation_id == self.app.consumer_generation_id
            if written is not None and current and not written.done():
                written.add_done_callback(lambda _: self.ack(message))
                return False
            if written is None or not current or written.cancelled() or written.exception():
                self._unacked_messages.discard(message)
                return False
        return bool(super().ack(message))

    def on_buffer_full(self, tp: TP) -> None:
        """Go on: who puts a batch into a full buffer waits.

        Stock Faust stops fetching such a partition, and where that leaves none, it sleeps for a second.
        """

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Keep no account of the offsets between batches: `_new_offset` does not ask for it."""

    def _new_offset(self, tp: TP) -> int | None:
        """Return the offset after the last batch that is done: they are done in order, and none is left out.

        Stock Faust enumerates every offset in between, of which a batch has thousands.
        """
        acked = self._acked[tp]
        if not acked:
            return None
        last = max(acked)
        acked.clear()
        self._acked_index[tp].clear()
        return int(last) + 1


class BatchTransport(driver.Transport):
    """The transport to give to an app."""

    Consumer = BatchConsumer
