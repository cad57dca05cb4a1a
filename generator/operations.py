"""What the shop does to its tables, as data. Deciding makes operations; writing them is another matter."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from databases import TABLES
from settings import Database

Value = int | str | Decimal | datetime | None

Values = Mapping[str, Value]
"""The values of some columns."""

DATABASE_OF: dict[str, Database] = {table: database for database, tables in TABLES.items() for table in tables}


class Insert(NamedTuple):
    """A new row, with the id that it was given."""

    table: str
    row: Values


class Update(NamedTuple):
    """New values of some columns of a row."""

    table: str
    id: int
    changes: Values


class Adjust(NamedTuple):
    """Units that come to a row of ``stock``, or leave it: a difference, so that others may count there too."""

    id: int
    units: int


class Delete(NamedTuple):
    """The end of a row. The lines of an order go with it."""

    table: str
    id: int


Operation = Insert | Update | Adjust | Delete


class Event(NamedTuple):
    """One thing that happened in the shop, with all that it changes."""

    kind: Literal["transaction", "behaviour"]
    operations: list[Operation]


def money(cents: int) -> Decimal:
    """Return an amount of cents as ``numeric(12,2)`` takes it."""
    return Decimal(cents).scaleb(-2)
