"""How far a query is: the frontier over all partitions of its topics, from heartbeats and from its progress.

Spark tells of each source how far a batch reaches (``endOffset``), once the sink has taken the batch.
"""

import json
from collections.abc import Collection, Mapping
from threading import Lock

from pyspark.sql.streaming.listener import StreamingQueryProgress

from cdc.row import at_ms
from freshness import Beat, Frontier, oldest
from freshness.frontier import Partition
from spark.standing import Standing


class QueryFrontier:
    """The frontier of one query. Heartbeats come from one thread, and progress from another.

    Args:
        topics: what the query reads.
        standing: where its frontier is told to others.
    """

    def __init__(self, topics: Collection[str], standing: Standing) -> None:
        self.topics = frozenset(topics)
        self._standing = standing
        self._frontier = Frontier()
        self._partitions: dict[str, set[Partition]] = {}
        self._next_offsets: Mapping[Partition, int] = {}
        self._lock = Lock()

    def heard(self, beat: Beat) -> None:
        """Take in a heartbeat of a source, with the ends of all partitions that its topics had after it was read.

        A new snapshot of a source makes the frontier unknown, until a heartbeat that follows the snapshot is reached.
        """
        with self._lock:
            if beat.committed_ms is None:
                self._forget(self.topics.intersection(beat.topics))
                return
            ends = {partition: end for partition, end in beat.end_offsets.items() if partition[0] in self.topics}
            self._frontier.heard(beat.committed_ms, ends)
            for partition in ends:
                self._partitions.setdefault(partition[0], set()).add(partition)
            self._move()

    def processed(self, next_offsets: Mapping[Partition, int]) -> None:
        """Take in how far the batches that ended reach: by partition, the offset after their last."""
        with self._lock:
            self._next_offsets = next_offsets
            self._move()

    def _forget(self, topics: Collection[str]) -> None:
        for topic in topics:
            self._frontier.forget(self._partitions.pop(topic, ()))
            self._standing.as_of = None

    def _move(self) -> None:
        # A new partition has no frontier until a batch has read it. Until then the query's own stands still.
        if self._partitions.keys() == self.topics and (reached := self._reached()) is not None:
            self._standing.as_of = at_ms(reached)

    def _reached(self) -> int | None:
        return oldest(
            self._frontier.processed(partition, self._next_offsets.get(partition, 0))
            for partitions in self._partitions.values()
            for partition in partitions
        )


def next_offsets(progress: StreamingQueryProgress) -> dict[Partition, int]:
    """Return, by partition, the offset before which all records are in batches that ended.

    A query that waits tells of itself too. Then what it has committed until now is called ``startOffset``.
    """
    has_worked = "addBatch" in progress.durationMs
    found: dict[Partition, int] = {}
    for source in progress.sources:
        offsets = json.loads((source.endOffset if has_worked else source.startOffset) or "null")
        for topic, by_partition in (offsets or {}).items():
            found |= {(topic, int(partition)): offset for partition, offset in by_partition.items()}
    return found
