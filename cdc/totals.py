"""What a change does to the totals: a retraction of `before` and an addition of `after`."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from cdc.event import OPERATIONS, RESET, ChangeEvent
from cdc.row import Row
from cdc.tallies import Measures, Tallies, Tally, remembered, shared_out

R = TypeVar("R", bound=Row)

Contributions = Callable[[R], Tallies]
"""What a row, while it exists, adds to each tally. Says nothing of operations."""

EVENTS = "events"
"""The document of what was processed. It only grows: a new snapshot replaces rows, not history."""


class Change(msgspec.Struct, gc=False):
    """What the record at an offset does to the totals."""

    offset: int
    added: Tallies
    """What the row contributes from now on, and the event itself."""
    retracted: Tallies = {}
    """What the row contributed before."""
    snapshot: int | None = None
    """The LSN of the snapshot that the row was read by."""
    is_reset: bool = False

    @property
    def difference(self) -> Measures:
        """The difference that it makes to each measure; what stays the same is left out."""
        changed = shared_out(self.added)
        for path, amount in shared_out(self.retracted).items():
            changed[path] -= amount
        return {path: amount for path, amount in changed.items() if amount}


@remembered
def processed(topic: str, outcome: str) -> Tally:
    """Return what counts the events of a topic."""
    return Tally((EVENTS, "by_topic", topic, outcome))


def change_of(topic: str, offset: int, event: ChangeEvent[R], contributions: Contributions[R]) -> Change:
    """Return what an event does, by its operation: the only place that knows of operations."""
    op = event.op
    if op == RESET:
        return Change(offset, {}, is_reset=True)
    added = {processed(topic, OPERATIONS[op]): 1}
    if op != "d" and event.after is not None:
        added |= contributions(event.after)
    if op in "ud" and event.before is not None:
        return Change(offset, added, contributions(event.before))
    return Change(offset, added, {}, event.source.lsn if op == "r" else None)


def dead_letter(topic: str, offset: int) -> Change:
    """Return what a record does that could not be understood: it is counted."""
    return Change(offset, {processed(topic, "dead_letters"): 1})
