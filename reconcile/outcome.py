"""How the comparison of a database ended."""

from typing import NamedTuple

from reconcile.numbers import Difference
from settings import Database

WAREHOUSE = "the warehouse"
NOTHING_LOADED = f"{WAREHOUSE} has loaded nothing yet"


class Outcome(NamedTuple):
    """How the comparison of a database ended.

    Attributes:
        name: The database's.
        numbers: How many numbers were compared.
        differences: Those that differ.
        reason: Why it could not be compared; none where it was.
        waiting: Visible records that are not counted yet.
    """

    name: Database
    numbers: int = 0
    differences: tuple[Difference, ...] = ()
    reason: str | None = None
    waiting: int = 0
