"""Counting a topic: batch by batch, from records to partials, to the table, to the mirror."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, ClassVar, Generic, TypeVar, cast

from faust.types import TP

from app.ages import Progress
from app.application import ages, app, mirror
from app.batch import Batch, BatchSchema, Turn
from app.dead_letters import Rejected, send_to_dead_letters
from app.table import CHANGELOG, PartialsTable
from app.transport import BatchConsumer
from app.writer import Writer, or_crash
from cdc import Change, ChangeDecoder, Malformed, PartitionPartials, Row, change_of
from cdc.totals import EVENTS, Contributions, dead_letter

R = TypeVar("R", bound=Row)

Ahead = Callable[[Batch], Awaitable[bool]]
"""What has to be done with a batch before it is counted, and once more where a crash comes in between.

Tells whether it is done; if not, the batch comes again.
"""

HELD = 0.05
"""Seconds until it does."""


class Totals(Generic[R]):
    """The totals of one topic: its Faust topic, its Faust table, and what this worker's partitions add up to."""

    by_topic: ClassVar[dict[str, "Totals[Any]"]] = {}
    """All topics that are counted."""

    def __init__(self, name: str, row: type[R], contributions: Contributions[R], ahead: Ahead | None = None) -> None:
        self.name = name
        self._ahead = ahead
        self.topic = app.topic(name, schema=BatchSchema())
        self.table = cast(
            PartialsTable, app.Table(f"{name}_totals", on_recover=self._recover, extra_topic_configs=CHANGELOG)
        )
        self.decode = ChangeDecoder(row)
        self.contributions = contributions
        self._partitions: dict[int, PartitionPartials] = {}
        self._turns: dict[int, Turn] = {}
        self._writers: dict[int, Writer] = {}
        self.batches = 0
        self.by_topic[name] = self
        mirror.counts(name, app.conf.topic_partitions)
        app.after_rebalance.append(self._read_on_everywhere)

    def counted(self, partition: int) -> int:
        """Return the offset up to which a partition is counted; -1 where nothing is."""
        return self._partials(partition).position.offset

    def progress(self, partition: int) -> Progress | None:
        """Return how far a partition is counted; None where it is not this worker's."""
        partials = self._partitions.get(partition)
        return None if partials is None else Progress(partials.next_offset, partials.position.start)

    def outcomes(self) -> Counter[str]:
        """Return how many events of each outcome are counted in this worker's partitions."""
        counted: Counter[str] = Counter()
        for partials in self._partitions.values():
            for path, amount in partials.amounts.items():
                if path[0] == EVENTS:
                    counted[path[-1]] += amount
        return counted

    async def count(self, batch: Batch) -> None:
        """Count a batch, and show it at once.

        What it adds up to is written into the table later: after a crash the same records lead to the same numbers.
        """
        partition = batch.tp.partition
        if partition in self._writers:
            await self._writers[partition].room()
        if not await self._is_next(partition, batch.turn):
            return
        partials = self._partials(partition)
        if self._ahead and not await or_crash(self._ahead(batch)):
            self._hold(partition)
            return
        if self._partitions.get(partition) is not partials:
            return  # a rebalance came in between: the batch comes again, here or elsewhere
        writer, counted = self._writers[partition], partials.position.offset
        rejected: list[Rejected] = []
        async with writer.held():
            touched = partials.fold(self._changes(batch, rejected))
            # At once: were something awaited first, the mirror might write the position without what goes with it.
            mirror.changed(self.name, partition, partials, touched)
            if rejected:  # each but those that were counted, and so sent, before a crash
                await send_to_dead_letters([one for one in rejected if one.record.offset > counted])
        if self._partitions.get(partition) is not partials:
            return
        self.batches += 1
        batch.written = writer.write(len(batch))
        batch.clear()  # until it is acknowledged, it need not hold what is counted

    def _hold(self, partition: int) -> None:
        """Leave a partition where it is for a moment, without keeping the agent from the others."""
        self._turns.pop(partition, None)  # no batch has its turn until then
        app.add_future(self._read_on_after(HELD, partition))

    async def _read_on_after(self, seconds: float, partition: int) -> None:
        await asyncio.sleep(seconds)
        if partition not in self._turns:
            await self._read_on(partition)

    async def _is_next(self, partition: int, turn: Turn) -> bool:
        """Tell whether a batch follows what is counted. If one before it was dropped, read on from what is counted."""
        expected = self._turns.get(partition)
        if turn == expected:
            self._turns[partition] = turn.next
            return True
        if expected is not None and turn.reading >= expected.reading:
            await self._read_on(partition)
        return False

    async def _read_on(self, partition: int) -> None:
        """Read a partition from what is counted, wherever Faust's committed offset stands."""
        consumer = cast(BatchConsumer, app.consumer)
        turn = await consumer.read_from(TP(self.name, partition), self._partials(partition).next_offset)
        if turn:
            self._turns[partition] = turn

    async def _read_on_everywhere(self) -> None:
        for partition in self._assigned():
            await self._read_on(partition)

    def _assigned(self) -> list[int]:
        return [tp.partition for tp in app.consumer.assignment() if tp.topic == self.name]

    def _changes(self, batch: Batch, rejected: list[Rejected]) -> Iterator[Change]:
        """Decode the records one after the other: none stays in memory. Those that fail are added to `rejected`."""
        name, decode, contributions = self.name, self.decode, self.contributions
        for record in batch:
            if record.value is None:  # a tombstone, for Kafka's compaction, is counted as nothing
                yield Change(record.offset, {})
                continue
            try:
                yield change_of(name, record.offset, decode(record.value), contributions)
            except (Malformed, OverflowError) as error:  # a time whose day in UTC no calendar has
                rejected.append(Rejected.of(batch.tp, record, error))
                yield dead_letter(name, record.offset)

    def _partials(self, partition: int) -> PartitionPartials:
        if partition not in self._partitions:
            partials = self._partitions[partition] = PartitionPartials(self.table.entries(partition))
            self._writers[partition] = Writer(self.table, partition, partials)
        return self._partitions[partition]

    async def _recover(self) -> None:
        """Take up the table in a rebalance: other workers may have counted in between. Nothing has its turn yet."""
        self._partitions.clear()
        self._turns.clear()
        for writer in self._writers.values():
            writer.leave()
        self._writers.clear()
        ages.forget([(self.name, partition) for partition in range(app.conf.topic_partitions)])
        assigned = {partition: self._partials(partition) for partition in self._assigned()}
        for partition, partials in assigned.items():
            if hidden := self.table.hidden(partition):
                partials.touch(hidden)
                self._writers[partition].write(0)
        mirror.assigned(self.name, assigned)
