"""What a change does to the totals: a retraction of `before` and an addition of `after`."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

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


class Change(NamedTuple):
    """What the record at an offset does: the difference it makes, and whether it belongs to a snapshot."""

    offset: int
    difference: Mapping[Path, int]
    snapshot: int | None = None
    """The LSN of the snapshot that the row was read by."""
    is_reset: bool = False


def difference(before: Measures | None, after: Measures | None) -> Measures:
    """Return ``after - before``; what stays the same is left out."""
    if before is None:
        return after or {}
    changed = {path: -amount for path, amount in before.items()}
    for path, amount in (after or {}).items():
        changed[path] = changed.get(path, 0) + amount
    return {path: amount for path, amount in changed.items() if amount}


def change_of(topic: str, offset: int, event: ChangeEvent[R], contributions: Contributions[R]) -> Change:
    """Return what an event does, by its operation: the only place that knows of operations."""
    if event.op == RESET:
        return Change(offset, {}, is_reset=True)
    before = contributions(event.before) if event.op in "ud" and event.before is not None else None
    after = contributions(event.after) if event.op != "d" and event.after is not None else None
    measures = difference(before, after)
    measures[EVENTS, "by_topic", topic, OPERATIONS[event.op]] = 1
    return Change(offset, measures, snapshot=event.source.lsn if event.op == "r" else None)


def dead_letter(topic: str, offset: int) -> Change:
    """Return what a record does that could not be understood: it is counted."""
    return Change(offset, {(EVENTS, "by_topic", topic, "dead_letters"): 1})
