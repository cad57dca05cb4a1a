"""Counting a topic: batch by batch, from records to partials, to the table, to the mirror."""

import asyncio
from typing import Any, Generic, TypeVar

from aiokafka import ConsumerRecord
from faust.types import TableT

from app.application import app, mirror
from app.dead_letters import send_to_dead_letters
from app.transport import Batch, BatchSchema
from cdc import ChangeDecoder, Malformed, PartitionPartials, Row, change_of
from cdc.partials import Entry
from cdc.totals import Contributions, Path, dead_letter

R = TypeVar("R", bound=Row)

CHANGELOG = {
    # A worker reads the changelog from its beginning when it gets a partition. Compacted every minute, it holds
    # little more than one record for each partial, however long the shop has run.
    "segment.ms": 60_000,
    "segment.bytes": 16 * 2**20,
    "min.cleanable.dirty.ratio": 0.01,
}


class Totals(Generic[R]):
    """The totals of one topic: its Faust topic, its Faust table, and what this worker's partitions add up to.

    The table's key is ``(partition, *path)`` and its value an entry of `cdc.partials`.
    """

    def __init__(self, name: str, row: type[R], contributions: Contributions[R]) -> None:
        self.name = name
        self.topic = app.topic(name, schema=BatchSchema())
        self.table: TableT[tuple[Any, ...], Entry] = app.Table(
            f"{name}_totals", on_recover=self._recover, extra_topic_configs=CHANGELOG
        )
        self._decode = ChangeDecoder(row)
        self._contributions = contributions
        self._partitions: dict[int, PartitionPartials] = {}

    async def count(self, batch: Batch) -> None:
        """Count a batch, and return once the table's changelog holds the result.

        The mirror need not wait for that: after a crash the same records lead to the same numbers.
        """
        changes, rejected = [], []
        for record in batch:
            if record.value is None:  # a tombstone, for Kafka's compaction
                continue
            try:
                changes.append(change_of(self.name, record.offset, self._decode(record.value), self._contributions))
            except Malformed as error:
                changes.append(dead_letter(self.name, record.offset))
                rejected.append((record, str(error)))
        partition = batch[0].partition
        await self._reject(partition, rejected)
        partials = self._partials(partition)
        entries = partials.fold(changes)
        mirror.changed(self.name, partition, partials, entries)
        await self._write(partition, entries)
        batch.done = True

    async def _reject(self, partition: int, rejected: list[tuple[ConsumerRecord, str]]) -> None:
        """Send what was not sent before: the partition's position tells."""
        counted = self._partials(partition).position.offset
        await send_to_dead_letters((record, reason) for record, reason in rejected if record.offset > counted)

    async def _write(self, partition: int, entries: dict[Path, Entry]) -> None:
        """Write entries into the table and wait for its changelog.

        This is what ``table[key] = value`` does, but the result can be waited for: a commit never gets ahead of the
        changelog, and a slow broker slows the agent down instead of filling its memory.
        """
        sent = []
        for path, entry in entries.items():
            key = (partition, *path)
            self.table.data[key] = entry
            sent.append(self.table.send_changelog(partition, key, entry))
        try:
            await asyncio.gather(*sent)
        except Exception as error:
            # An agent that raises loses its event; an app that crashes starts again from its last commit.
            await app.crash(error)
            raise

    def _partials(self, partition: int) -> PartitionPartials:
        if partition not in self._partitions:
            entries = {key[1:]: entry for key, entry in self.table.data.items() if key[0] == partition}
            self._partitions[partition] = PartitionPartials(entries)
        return self._partitions[partition]

    async def _recover(self) -> None:
        """Take up the table after a rebalance: other workers may have counted in between."""
        self._partitions.clear()
        assigned = [tp.partition for tp in app.consumer.assignment() if tp.topic == self.name]
        mirror.assigned(self.name, {partition: self._partials(partition) for partition in assigned})
