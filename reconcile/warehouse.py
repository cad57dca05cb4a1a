"""The warehouse at one moment: how far it has loaded each partition, what SQL says of its rows, and of its facts."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path as File
from typing import NamedTuple

import psycopg2
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from agents.transaction import Order
from app.documents import MONEY
from cdc import Path, Tallies, measure, utc_day
from cdc.tallies import Measures
from freshness.frontier import Partition
from reconcile.correction import Counted
from reconcile.numbers import Difference, Numbers
from reconcile.source import numbers, rows, session, truth_of
from settings import SOURCES, Database, Role

FACTS, POSITIONS = ((File(__file__).parent / "sql" / f"{name}.sql").read_text() for name in ("facts", "positions"))

NOT_ADDITIVE = frozenset({"dashboard", "average_order_value", "below_reorder"})
"""Documents and fields that are no sums over rows. What they are made of is compared."""

ORDERS = "orders"
"""The measures that only the warehouse is compared by: they are in no document."""


class Loaded(NamedTuple):
    """The warehouse in one snapshot.

    Attributes:
        counted: How far each partition is loaded; one of which nothing is loaded is missing.
        numbers: By database, what its truth says of the rows that are loaded; none where it cannot be asked.
        numbers_of_facts: How many sums of the facts were compared with those of the staged rows.
        differences: Those that differ.
    """

    counted: Mapping[Partition, Counted]
    numbers: Mapping[Database, Numbers]
    numbers_of_facts: int
    differences: list[Difference]


def read() -> Loaded:
    """Read it in one transaction.

    Raises:
        DatabaseError: where it cannot be asked.
        NotComparable: where asking takes too long.
    """
    with session(Database.DWH, Role.WAREHOUSE, is_snapshot=True) as cursor:
        counted = {(topic, number): Counted(offset) for topic, number, offset in rows(cursor, POSITIONS)}
        if not counted:
            return Loaded({}, {}, 0, [])
        facts = [Difference(tuple(path), shown, truth) for path, shown, truth in rows(cursor, FACTS)]
        differing = [fact for fact in facts if fact.shown != fact.truth]
        cursor.execute("SET LOCAL search_path = live")
        asked: dict[Database, Numbers | None] = {database: _live(cursor, database) for database in SOURCES}
        live = {database: found for database, found in asked.items() if found is not None}
        return Loaded(counted, live, len(facts), differing)


def _live(cursor: Cursor, database: Database) -> Numbers | None:
    """Ask for a database's truth; None where it asks for a table or column that the warehouse has not."""
    cursor.execute("SAVEPOINT asked")
    try:
        return numbers(cursor, truth_of(database))
    except (psycopg2.errors.UndefinedTable, psycopg2.errors.UndefinedColumn):
        cursor.execute("ROLLBACK TO SAVEPOINT asked")
        return None


def orders(order: Order) -> Tallies:
    """Return what an order adds to the measures that only the warehouse is compared by."""
    groups = utc_day(order.created_at), order.status
    return {
        measure(ORDERS, "by_day_and_status", *groups): 1,
        measure(ORDERS, "amount_by_day_and_status_cents", *groups): order.total_amount,
    }


def differences(live: Numbers, corrections: Iterable[Measures], truth: Numbers) -> tuple[int, list[Difference]]:
    """Compare the sums of the loaded rows, corrected, with the truth.

    Returns:
        How many were compared, and those that differ.
    """
    corrected = {path: number for path, number in live.items() if is_additive(path)}
    for measures in corrections:
        for path, amount in measures.items():
            if is_additive(path) and path[0] != "events":
                number = as_number(path, amount)
                corrected[number.path] = corrected.get(number.path, Decimal(0)) + number.amount
    paths = corrected.keys() | {path for path in truth if is_additive(path)}
    found = [Difference(path, corrected.get(path, Decimal(0)), truth.get(path, Decimal(0))) for path in sorted(paths)]
    return len(found), [each for each in found if each.shown != each.truth]


class Number(NamedTuple):
    """An amount as SQL returns it."""

    path: Path
    amount: Decimal


def as_number(path: Path, amount: int) -> Number:
    """Return a measure as SQL has it: money in units, not in cents."""
    document, field, *groups = path
    if field.endswith(MONEY):
        return Number((document, field.removesuffix(MONEY), *groups), Decimal(amount).scaleb(-2))
    return Number(path, Decimal(amount))


def is_additive(path: Path) -> bool:
    """Tell whether a number is a sum over rows."""
    return not NOT_ADDITIVE & set(path[:2])
