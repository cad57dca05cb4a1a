"""The partial totals of one partition, each with its own position: exact whatever is replayed.

A total is the sum of its partials over the partitions. A partial knows the offset up to which it is counted, in
the same record as its amount, so that no crash can part the two: a change at or below a partial's offset is skipped
for that partial. The partition as a whole has a position as well, written before any partial of the same batch:
hence no partial is ever ahead of it, and only changes up to it can be replays.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from cdc.tallies import Path, Tallies, shared_out
from cdc.totals import EVENTS, Change

POSITION: Path = ()
"""The path under which the partition's position is kept."""

Entry = list[int | None]
"""What a table holds at a path: ``[offset, amount]``, and at `POSITION` the fields of a `Position`."""


NO_SNAPSHOT = 0
"""In place of a snapshot's LSN: changes have come, and no row of a snapshot before them."""


class Position(NamedTuple):
    """How far a partition is counted, and which snapshot its rows stem from."""

    offset: int = -1
    snapshot: int | None = None
    """The LSN of the last snapshot. None as long as nothing has come at all, or nothing since a reset."""
    start: int = -1
    """The offset at which that snapshot, or the reset before it, began: nothing before it counts."""
    settled: int = -1
    """The offset up to which every partial is written down with this position, and not only those up to a crash."""

    def begins_at(self, change: Change) -> bool:
        """Tell whether a change makes all that went before it void.

        A reset does, and so does a row of another snapshot than the last; but the first snapshot after a reset
        belongs to it. For a replayed change, the position is ahead: then it is the start that was written down.
        """
        if change.offset <= self.offset:
            return change.offset == self.start
        if change.is_reset:
            return True
        return change.snapshot is not None and self.snapshot not in {None, change.snapshot}

    def after(self, change: Change) -> "Position":
        """Return the position once a change is counted that was not counted before."""
        if self.begins_at(change):
            return self._replace(offset=change.offset, snapshot=change.snapshot, start=change.offset)
        if change.snapshot is None and self.snapshot is not None:
            return self._replace(offset=change.offset)
        return self._replace(offset=change.offset, snapshot=change.snapshot or NO_SNAPSHOT)


class PartitionPartials:
    """The partials of one partition of one topic.

    The number of partials is that of the measures' values (statuses, days, countries), never that of the rows.
    """

    def __init__(self, entries: Mapping[Path, Entry] | None = None) -> None:
        """Take up the entries of a table, as `take` returned them before."""
        self.position = Position()
        self._offsets: dict[Path, int] = {}
        self.amounts: dict[Path, int] = {}
        for path, entry in (entries or {}).items():
            if path == POSITION:
                self.position = Position(*entry)  # type: ignore[arg-type]
            else:
                self._offsets[path], self.amounts[path] = entry  # type: ignore[assignment]
        self._last = self._taken = self.position.settled
        self._touched: dict[Path, None] = {}

    @property
    def next_offset(self) -> int:
        """The offset from which to read on: before the position, where a crash may have left partials behind it."""
        return self._last + 1

    @property
    def is_replaying(self) -> bool:
        """Whether a crash left partials behind the position, and what they lack has not come again yet."""
        return self._last < self.position.offset

    def fold(self, changes: Iterable[Change]) -> Iterable[Path]:
        """Count the changes of a batch, in order of their offsets, and return the paths that they touch."""
        touched: dict[Path, None] = {}
        pending: Tallies = defaultdict(int)
        position, last = self.position, self._last
        offset = counted = position.offset
        for change in changes:
            last = change.offset
            if last <= counted:
                touched.update(dict.fromkeys(self._replay(change)))
                continue
            if change.is_reset or position.snapshot is None or change.snapshot not in (None, position.snapshot):
                if position.begins_at(change):
                    touched.update(dict.fromkeys(self._add(shared_out(pending), offset)))
                    pending.clear()
                    touched.update(dict.fromkeys(self._forget(last)))
                position = position.after(change)
            offset = last
            for tally, amount in change.retracted.items():
                pending[tally] -= amount
            for tally, amount in change.added.items():
                pending[tally] += amount
        self._last = max(self._last, last)
        touched.update(dict.fromkeys(self._add(shared_out(pending), offset)))
        self.position = position._replace(offset=offset)
        self._touched |= touched
        return touched

    def touch(self, paths: Iterable[Path]) -> None:
        """Have these partials written down once more."""
        self._touched |= dict.fromkeys(path for path in paths if path != POSITION)

    def take(self) -> dict[Path, Entry]:
        """Return what is to be written down: all that was touched since it was taken before.

        However many batches this is, to what is written they are one. What was taken before must be written down by
        now, and said to be `settle`d.

        Returns:
            The entries, to be written in this order: the partition's position, then each partial.
        """
        touched, self._touched = self._touched, {}
        self._taken = self._last
        return {POSITION: list(self.position)} | {path: [self._offsets[path], self.amounts[path]] for path in touched}

    def settle(self) -> None:
        """Note that what was taken is written down."""
        self.position = self.position._replace(settled=self._taken)

    def _replay(self, change: Change) -> Iterator[Path]:
        """Count a change only for the partials that a crash left behind it."""
        if self.position.begins_at(change):
            yield from self._forget(change.offset)
        behind = {
            path: amount for path, amount in change.difference.items() if self._offsets.get(path, -1) < change.offset
        }
        yield from self._add(behind, change.offset)

    def _add(self, amounts: Mapping[Path, int], offset: int) -> Iterator[Path]:
        for path, amount in amounts.items():  # also where they add up to nothing: the position moves on
            self.amounts[path] = self.amounts.get(path, 0) + amount
            self._offsets[path] = offset
            yield path

    def _forget(self, start: int) -> Iterator[Path]:
        """Zero every partial of rows as it was before `start`. Touches each partial, once a snapshot."""
        for path, counted in self._offsets.items():
            if counted < start and path[0] != EVENTS:
                self.amounts[path] = 0
                self._offsets[path] = start - 1
                yield path
