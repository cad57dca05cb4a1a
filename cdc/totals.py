"""What a change does to the totals: a retraction of `before` and an addition of `after`."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from cdc.event import OPERATIONS, RESET, ChangeEvent
from cdc.row import Row

R = TypeVar("R", bound=Row)

Path = tuple[str, ...]
"""Names a measure: the document, the field, and what it is counted by: ``("transactions", "by_status", "paid")``."""

Measures = dict[Path, int]
"""Amounts by path. As in Prometheus a name ends in its unit where it has one: ``total_cents``."""

Contributions = Callable[[R], Measures]
"""What a row, while it exists, adds to each measure. Says nothing of operations."""

EVENTS = "events"
"""The document of what was processed. It only grows: a new snapshot replaces rows, not history."""


class Change(msgspec.Struct, gc=False):
    """What the record at an offset does to the totals."""

    offset: int
    added: Measures
    """What the row contributes from now on, and the event itself."""
    retracted: Measures = {}
    """What the row contributed before."""
    snapshot: int | None = None
    """The LSN of the snapshot that the row was read by."""
    is_reset: bool = False

    @property
    def difference(self) -> Measures:
        """The difference that it makes; what stays the same is left out."""
        changed = {path: -amount for path, amount in self.retracted.items()}
        for path, amount in self.added.items():
            changed[path] = changed.get(path, 0) + amount
        return {path: amount for path, amount in changed.items() if amount}


def change_of(topic: str, offset: int, event: ChangeEvent[R], contributions: Contributions[R]) -> Change:
    """Return what an event does, by its operation: the only place that knows of operations."""
    op = event.op
    if op == RESET:
        return Change(offset, {}, is_reset=True)
    added = contributions(event.after) if op != "d" and event.after is not None else {}
    added[EVENTS, "by_topic", topic, OPERATIONS[op]] = 1
    if op in "ud" and event.before is not None:
        return Change(offset, added, contributions(event.before))
    return Change(offset, added, {}, event.source.lsn if op == "r" else None)


def dead_letter(topic: str, offset: int) -> Change:
    """Return what a record does that could not be understood: it is counted."""
    return Change(offset, {(EVENTS, "by_topic", topic, "dead_letters"): 1})
