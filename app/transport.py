"""A Faust transport that hands an agent the records of a partition as one message.

Stock Faust spends 130 to 260 µs on each message: two tasks, a lock, a queue. A *batch* is all records of one partition
that one fetch returned; Faust sees it as one message with the offset of its last record, so that everything
else of Faust (agents, tables, commits, rebalances, recovery) works as ever. It relies on these private parts of
faust-streaming 0.15.3, to be looked at when it is upgraded:

- ``faust/transport/drivers/aiokafka.py``: ``Consumer._to_message``, ``AIOKafkaConsumerThread._create_worker_consumer``
- ``faust/transport/consumer.py``: ``Consumer._getmany``, ``_add_gap``, ``_new_offset``, ``_acked``, ``_acked_index``
- ``faust/streams.py``: ``Stream._c_aiter`` and ``_py_aiter`` acknowledge the messages that they skip
- ``faust/serializers/schemas.py``: ``Schema.compile``
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import aiokafka
from aiokafka import ConsumerRecord
from faust.serializers.schemas import Schema
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, AppT, EventT, Message
from faust.types.tuples import ConsumerMessage


class Batch(list[ConsumerRecord]):
    """Records of one partition, in order of their offsets; never empty.

    An agent sets `done` when all that the batch leads to is written down: only then may its offset be committed.
    """

    done: bool = False


class CommittedReads(driver.AIOKafkaConsumerThread):
    """Reads only what a transaction committed: Debezium's exactly-once source writes in transactions."""

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"  # taken up by the fetcher when the consumer starts
        return consumer


class BatchConsumer(driver.Consumer):
    """Fetches batches. Changelogs stay as they are: a table recovers record by record."""

    def _new_consumer_thread(self) -> CommittedReads:
        return CommittedReads(self, loop=self.loop, beacon=self.beacon)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> dict[TP, list[Any]]:  # noqa: ASYNC109
        fetched = await super()._getmany(active_partitions, timeout)
        return {
            tp: records if self._is_changelog_tp(tp) else [Batch(records)] for tp, records in fetched.items() if records
        }

    def _to_message(self, tp: TP, record: ConsumerRecord | Batch) -> ConsumerMessage:
        if isinstance(record, ConsumerRecord):
            return super()._to_message(tp, record)
        message = super()._to_message(tp, record[-1])
        message.key, message.value = None, cast("Any", record)
        return message

    def last_delivered(self, tp: TP) -> int | None:
        """Return the offset of the last record that was handed to an agent."""
        offset: int | None = self._read_offset.get(tp)
        return offset

    def ack(self, message: Message) -> bool:
        """Acknowledge a batch, if it is done.

        During a rebalance Faust's streams skip what is queued, and acknowledge it as if it had been worked on: such
        a batch comes again, to this worker or to another.
        """
        batch = message.value
        if isinstance(batch, Batch):
            current = message.generation_id == self.app.consumer_generation_id
            if not (batch.done and current):
                self._unacked_messages.discard(message)
                return False
        return bool(super().ack(message))

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Keep no account of the offsets between batches: `_new_offset` does not ask for it."""

    def _new_offset(self, tp: TP) -> int | None:
        """Return the offset after the last batch that was acknowledged.

        An agent works on one batch at a time, so a partition's batches are acknowledged in order, and none before the
        last one is missing. Stock Faust enumerates every offset in between, of which a batch has thousands.
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


class BatchSchema(Schema[None, Batch]):
    """Passes a batch through to the agent, which decodes it in one go."""

    def compile(self, app: AppT, **_: Any) -> Callable[..., Awaitable[EventT[Any]]]:
        """Return the function that makes a message Faust's event."""

        async def decode(message: Message, *, propagate: bool = False) -> EventT[Any]:  # noqa: ARG001
            return app.create_event(None, message.value, message.headers, message)

        return decode
