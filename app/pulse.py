"""How a worker is: taken in its own loop, every other second, and read by whoever asks. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

SILENT = 30.0
"""Seconds without a pulse after which the worker's loop is taken for stuck."""

STALLED = 90.0
"""Seconds for which records may wait while none is counted: a partition may be held for 30 s for a product, and before
that until the worker has read all products, of which it reads some ten thousands a second.
"""

NEVER = float("-inf")


class Pulse(NamedTuple):
    """A worker at one moment. Times are seconds of the monotonic clock; `NEVER` where there was none.

    Attributes:
        at: When this was taken.
        recovering: Whether it is in a rebalance, or reads its tables back.
        events: What its partitions have counted, by topic and outcome.
        batches: How many batches it has counted since its start, by topic.
        lag: The records that wait, by topic and partition.
        fetched_at: When its consumer last asked Kafka for records, or began to; one without partitions does not ask.
        moved_at: When something was last counted, or nothing waited.
        committed_at: When offsets were last committed.
        mirrored_at: When Redis was last written.
        redis_refuses: Whether Redis answers, and refuses what is written.
    """

    at: float
    recovering: bool
    events: Mapping[tuple[str, str], int]
    batches: Mapping[str, int]
    lag: Mapping[str, Mapping[int, int]]
    fetched_at: float
    moved_at: float
    committed_at: float
    mirrored_at: float
    redis_refuses: bool = False

    @property
    def waiting(self) -> int:
        """How many records wait."""
        return sum(sum(partitions.values()) for partitions in self.lag.values())

    def moved_since(self, former: "Pulse | None") -> float:
        """Return `moved_at`, given the pulse before this one: lag with nothing counted is no move."""
        if former is None or not self.waiting or self.recovering or self.events != former.events:
            return self.at
        return former.moved_at


def complaint(pulse: Pulse | None, now: float) -> str | None:
    """Return what is wrong with a worker that does not do its work though it runs; None where nothing is."""
    if pulse is None:
        return None  # it starts
    if now - pulse.at > SILENT:
        return f"its loop has been stuck for {now - pulse.at:.0f} s"
    if pulse.recovering:
        return None
    if pulse.lag and now - pulse.fetched_at > STALLED:
        return f"its consumer has asked Kafka for nothing for {now - pulse.fetched_at:.0f} s"
    if now - pulse.moved_at > STALLED:
        return f"{pulse.waiting:,} records wait, and none was counted for {now - pulse.moved_at:.0f} s"
    return None
