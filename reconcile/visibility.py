"""Which transactions a snapshot of PostgreSQL sees. Pure."""

from typing import NamedTuple

IDS = 2**32
"""How many transaction ids a change event tells apart: it carries the low 32 bits of an id of 64."""


class Snapshot(NamedTuple):
    """What ``pg_current_snapshot()`` returns, in ids of 64 bits.

    Attributes:
        xmin: All transactions below are finished.
        xmax: No transaction from here on is visible.
        open: Transactions between the two that are not finished. Of subtransactions the top one alone is listed, and
            change events carry the top one's id as well.
    """

    xmin: int
    xmax: int
    open: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> "Snapshot":
        """Parse PostgreSQL's text, such as ``"795:799:795,797"``."""
        xmin, xmax, listed = text.split(":")
        return cls(int(xmin), int(xmax), frozenset(map(int, filter(None, listed.split(",")))))

    def widened(self, tx_id: int) -> int:
        """Return the id of 64 bits that an event's 32 bits stand for: the nearest to `xmax`.

        Right for transactions at most 2³¹ ids away from the snapshot, which PostgreSQL itself relies on.
        """
        distance = (tx_id - self.xmax) % IDS
        return self.xmax + (distance if distance < IDS // 2 else distance - IDS)

    def sees(self, tx_id: int) -> bool:
        """Tell whether the snapshot sees a committed transaction, by the low 32 bits of its id."""
        wide = self.widened(tx_id)
        return wide < self.xmin or (wide < self.xmax and wide not in self.open)
