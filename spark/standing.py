"""How a query stands between two batches: what its sink waits for, and how old its rows are."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from cdc.row import iso_utc


@dataclass
class Standing:
    """What the threads of a query tell each other. Each attribute is written by one of them.

    Attributes:
        as_of: The commit time up to which the batches that ended hold all changes of the query's topics; None while
            it is not known.
        batch_since: When the batch that is at work began; None if none is.
        waiting: What its sink waits for, such as a database that is away; None if for nothing.
    """

    as_of: datetime | None = None
    batch_since: datetime | None = None
    waiting: str | None = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Say that a batch is at work within a block."""
        self.batch_since = datetime.now(UTC)
        try:
            yield
        finally:
            self.batch_since, self.waiting = None, None

    def wait_for(self, reason: str) -> None:
        """Say what the sink waits for, until it goes on or the batch ends."""
        self.waiting = reason

    def go_on(self) -> None:
        """Say that the sink waits no more. Not when it tries again: the next try may wait for the same."""
        self.waiting = None


def stamp(at: datetime | None) -> str | None:
    """Return a time in UTC as documents show it; None while it is not known."""
    return None if at is None else iso_utc(at)
