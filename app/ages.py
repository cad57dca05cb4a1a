"""How old what this worker has counted is, partition by partition: see `freshness`."""

import asyncio
from collections.abc import Collection, Iterable
from typing import NamedTuple, Protocol

from faust.types import TP

from freshness import Frontier, follow
from freshness.frontier import Partition

STEP_SECONDS = 0.5
"""Between two looks at how far the partitions are counted. Heartbeats come every second."""


class Fetching(Protocol):
    """The consumer, as far as it is needed here."""

    @property
    def should_stop(self) -> bool:
        """Whether the worker ends."""

    def assignment(self) -> Iterable[TP]:
        """Return this worker's partitions."""

    async def fetched_to(self) -> dict[TP, tuple[int, int]]:
        """See `app.transport.BatchConsumer.fetched_to`."""


class Progress(NamedTuple):
    """How far a partition is counted.

    Attributes:
        next_offset: All records before this offset are counted, for each partial: a crash may leave some behind.
        start: The offset at which the last snapshot began.
    """

    next_offset: int
    start: int


class Counting(Protocol):
    """Who knows how far a partition is counted."""

    def progress(self, tp: TP) -> Progress | None:
        """Return how far; None where the partition belongs to no topic that is counted."""


class Ages:
    """The commit time up to which each of this worker's partitions is counted."""

    def __init__(self) -> None:
        self._frontier = Frontier()
        self._as_of_ms: dict[Partition, int | None] = {}

    def as_of(self, topic: str, partition: int) -> int | None:
        """Return it in ms since 1970; None: it is not known."""
        return self._as_of_ms.get((topic, partition))

    def forget(self, partitions: Collection[Partition]) -> None:
        """Forget partitions: they were another worker's meanwhile, or a new snapshot of them begins."""
        self._frontier.forget(partitions)
        for partition in partitions:
            self._as_of_ms.pop(partition, None)

    async def hear(self, consumer: Fetching) -> None:
        """Take up the heartbeats, until the worker ends.

        Raises:
            KafkaError: where Kafka does not answer.
        """

        def ours(topics: Collection[str]) -> list[Partition]:
            return [(tp.topic, tp.partition) for tp in consumer.assignment() if tp.topic in topics]

        async for beat in follow(ours, lambda: consumer.should_stop):
            if beat.committed_ms is None:
                self.forget(ours(beat.topics))
            else:
                self._frontier.heard(beat.committed_ms, beat.end_offsets)

    async def keep_up(self, consumer: Fetching, counting: Counting) -> None:
        """Move the times with what is counted, until the worker ends."""
        while not consumer.should_stop:
            await asyncio.sleep(STEP_SECONDS)
            for tp, (next_fetched, last_fetched) in (await consumer.fetched_to()).items():
                progress = counting.progress(tp)
                if progress is not None:
                    done = next_fetched if progress.next_offset > last_fetched else progress.next_offset
                    partition = (tp.topic, tp.partition)
                    self._as_of_ms[partition] = self._frontier.processed(partition, done, progress.start)
