"""The Faust table of a topic's partials: what is written can be waited for, and the newest position wins."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any

import faust
from faust.types import EventT

from app.reachable import until_kafka_answers
from cdc import Path
from cdc.partials import Entry

Key = tuple[Any, ...]
"""``(partition, *path)``"""

CHANGELOG = {
    # A worker reads the changelog from its beginning when it gets a partition. Compacted every minute, it holds
    # little more than one record for each partial, however long the shop has run.
    "segment.ms": 60_000,
    "segment.bytes": 16 * 2**20,
    "min.cleanable.dirty.ratio": 0.01,
    # What a worker that was frozen sends late stands behind what others wrote meanwhile. Compaction would keep the late
    # record alone: so recovery has ten minutes to see both, and to write the newer one anew.
    "min.compaction.lag.ms": 600_000,
}


class PartialsTable(faust.Table[Key, Entry]):
    """An ordinary changelog table, but for how it is written and recovered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hidden: set[Key] = set()
        """Keys whose newest entry is not the last one in the changelog."""

    def entries(self, partition: int) -> dict[Path, Entry]:
        """Return what the table holds of a partition."""
        return {key[1:]: entry for key, entry in self.data.items() if key[0] == partition}

    def hidden(self, partition: int) -> list[Path]:
        """Return the paths of a partition whose entries compaction would lose: an older one stands behind them."""
        return [path for path in self.entries(partition) if (partition, *path) in self._hidden]

    def write(self, partition: int, entries: Mapping[Path, Entry]) -> Awaitable[Any]:
        """Write entries in their order, and return what ends once the changelog has them.

        This is ``table[key] = value`` whose result can be waited for: a commit never gets ahead of the changelog.
        """
        keyed = {(partition, *path): entry for path, entry in entries.items()}
        self.data.update(keyed)
        return self._send(partition, keyed)

    @until_kafka_answers
    async def _send(self, partition: int, entries: Mapping[Key, Entry]) -> None:
        await asyncio.gather(*[self.send_changelog(partition, key, entry) for key, entry in entries.items()])
        self._hidden.difference_update(entries)

    def apply_changelog_batch(self, batch: Iterable[EventT[Any]]) -> None:
        """Recover; an entry never gives way to one of an older position.

        A worker that was frozen while others took its partitions over may still send what it had in hand: in the
        changelog this stands behind what they wrote, and hides that from compaction.
        """
        newest: dict[Key, int] = {}
        kept = []
        for event in batch:
            key, (offset, *_) = self._to_key(event.key), event.value
            held = self.data.get(key)
            if offset >= max(newest.get(key, -1), held[0] if held else -1):
                newest[key] = offset
                kept.append(event)
                self._hidden.discard(key)
            else:
                self._hidden.add(key)
        super().apply_changelog_batch(kept)
