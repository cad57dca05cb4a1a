"""The frontier of what was processed: the commit time before which no change is missing. Pure.

A connector writes changes into Kafka in the order of their commits. So once a heartbeat can be read, each change that
was committed before it stands in some partition, before the end that this partition has now. Whoever has processed
every partition up to that end lacks no change from before the heartbeat: it is "as of" the heartbeat's commit time.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

MAX_PENDING = 64
"""Heartbeats that one partition may wait for. Beyond that every other one is forgotten: the frontier of a partition
that is far behind then moves in larger steps, and is never ahead of the truth.
"""

Partition = tuple[str, int]
"""A topic, and the number of one of its partitions."""


class _Pending(NamedTuple):
    """A heartbeat, and the end that the partition had when the heartbeat was read."""

    end_offset: int
    committed_ms: int


class Frontier:
    """The frontier of each partition of some sources."""

    def __init__(self) -> None:
        self._pending: dict[Partition, list[_Pending]] = {}
        self._reached: dict[Partition, _Pending] = {}

    def heard(self, committed_ms: int, end_offsets: Mapping[Partition, int]) -> None:
        """Note a heartbeat, with the ends that the partitions of its source had after it was read.

        Args:
            committed_ms: When it was committed, in ms since 1970.
            end_offsets: By partition, the offset after its last record, whether that is of a committed transaction
                or of one that is still open: the ends of transactions become visible one partition after the other.
        """
        for partition, end_offset in end_offsets.items():
            pending = self._pending.setdefault(partition, [])
            if pending and pending[-1].end_offset == end_offset:
                pending.pop()  # nothing came in between: the newer heartbeat says more
            pending.append(_Pending(end_offset, committed_ms))
            if len(pending) > MAX_PENDING:
                del pending[1:-1:2]

    def forget(self, partitions: Iterable[Partition]) -> None:
        """Forget all heartbeats: a new snapshot begins, or the partitions are another worker's."""
        for partition in partitions:
            self._pending.pop(partition, None)
            self._reached.pop(partition, None)

    def processed(self, partition: Partition, next_offset: int, start: int = -1) -> int | None:
        """Move a partition's frontier, and return it in ms since 1970; None while it is not known.

        Args:
            partition: which one.
            next_offset: All records before this offset are processed.
            start: The offset at which the last snapshot began. A heartbeat from before it says nothing of its rows.
        """
        pending = self._pending.get(partition, [])
        done = 0
        while done < len(pending) and pending[done].end_offset <= next_offset:
            self._reached[partition] = pending[done]
            done += 1
        del pending[:done]
        reached = self._reached.get(partition)
        if reached is None or reached.end_offset <= start:
            return None
        return reached.committed_ms


def oldest(times: Iterable[int | None]) -> int | None:
    """Return the oldest of several frontiers: what is made of all of them is as old as that.

    None where one of them is not known, or there is none.
    """
    known = list(times)
    if not known or None in known:
        return None
    return min(time for time in known if time is not None)
