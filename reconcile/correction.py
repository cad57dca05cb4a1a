"""What turns totals counted up to a position into those of a snapshot. Pure.

A record that is counted but whose transaction the snapshot does not see is retracted. A record that is not counted but
whose transaction it sees is added.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from cdc import Path
from cdc.event import RESET, TransactionSource
from cdc.tallies import Measures
from reconcile.visibility import Snapshot

READ = "r"
"""The operation of a row that a Debezium snapshot reads. Its transaction id is that of Debezium's own transaction."""

MeasuresOf = Callable[[int, bytes], Measures]
"""Returns what a record at an offset does to each measure; nothing for one that cannot be decoded."""


class Header(msgspec.Struct, gc=False):
    """What decides whether a record is visible."""

    op: str
    source: TransactionSource


class Counted(NamedTuple):
    """How far a reader has counted a partition.

    Attributes:
        offset: The last record that is counted; -1 where none is.
        start: Where the last Debezium snapshot began, if known: nothing before it counts.
    """

    offset: int = -1
    start: int = -1


class Correction:
    """The correction of one partition. Takes its records in the order of their offsets."""

    def __init__(self, counted: Counted, window: int, snapshot: Snapshot, measures_of: MeasuresOf) -> None:
        """Take what is counted, and the offset before which all records are visible."""
        self._counted = counted
        self._window = window
        self._snapshot = snapshot
        self._measures_of = measures_of
        self.amounts: defaultdict[Path, int] = defaultdict(int)
        self.waiting = 0
        """Visible records that are not counted yet."""
        self.is_replaced = False
        """Whether a new Debezium snapshot begins beyond what is counted: what is counted is void."""
        self.unread = 0
        """Rows of a Debezium snapshot that are not counted yet."""

    @property
    def begin(self) -> int:
        """The offset from which on its records are needed."""
        return min(self._window, self._counted.offset + 1)

    def take(self, offset: int, header: Header, value: bytes) -> None:
        """Take up a record at or behind `begin`."""
        is_counted = offset <= self._counted.offset
        if header.op == RESET:
            self._reset(is_counted)
        elif header.op == READ:
            self.unread += not is_counted
        elif offset >= self._counted.start:
            self._compare(offset, value, is_counted, self._sees(offset, header.source.tx_id))

    def _reset(self, is_counted: bool) -> None:
        if is_counted:
            self.amounts.clear()  # the reader forgot what these retract
        else:
            self.is_replaced = True

    def _compare(self, offset: int, value: bytes, is_counted: bool, is_visible: bool) -> None:
        self.waiting += is_visible and not is_counted
        if is_visible == is_counted:
            return
        sign = -1 if is_counted else 1
        for path, amount in self._measures_of(offset, value).items():
            self.amounts[path] += sign * amount

    def _sees(self, offset: int, tx_id: int | None) -> bool:
        """Tell whether a record is visible. One without a transaction id claims to be of the database: it is."""
        return offset < self._window or tx_id is None or self._snapshot.sees(tx_id)
