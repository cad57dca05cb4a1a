"""What is added up: tallies, each for all measures that always grow by the same amount.

A shop has many orders and few kinds of them: those that are alike in status, payment and channel are counted by the
same measures. A batch is summed up by tally, and what it comes to is shared out to the measures once.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import ParamSpec, cast

P = ParamSpec("P")

Path = tuple[str, ...]
"""Names a measure: the document, the field, and what it is counted by: ``("transactions", "by_status", "paid")``."""

Measures = dict[Path, int]
"""Amounts by path. As in Prometheus a name ends in its unit where it has one: ``total_cents``."""

REMEMBERED = 4096
"""Tallies that one function keeps. One that is made once more is another, and adds up to the same."""


class Tally:
    """The measures that an amount is added to. Each tally is itself alone: it is found by identity, which is fast."""

    __slots__ = ("paths",)

    def __init__(self, *paths: Path) -> None:
        self.paths = paths

    def __repr__(self) -> str:
        """Show the measures."""
        return f"Tally{self.paths}"


Tallies = dict[Tally, int]
"""What is added to each tally."""


def remembered(tally_of: Callable[P, Tally]) -> Callable[P, Tally]:
    """Have a function return the same tally for the same texts.

    Its arguments have to be texts: of what is equal but reads differently, as ``1`` and ``True``, the first would be
    shown for both.
    """
    return cast(Callable[P, Tally], lru_cache(REMEMBERED)(tally_of))


@remembered
def measure(*path: str) -> Tally:
    """Return the tally of one measure, which grows by itself."""
    return Tally(path)


def shared_out(tallies: Mapping[Tally, int]) -> defaultdict[Path, int]:
    """Return what tallies come to for each measure, also where that is nothing."""
    measures: defaultdict[Path, int] = defaultdict(int)
    for tally, amount in tallies.items():
        for path in tally.paths:
            measures[path] += amount
    return measures
