"""The sums of the warehouse beside those of the shop's databases."""

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from databases.connection import connect
from settings import SOURCES, Role
from spark.verify.checks import SAMPLE, Outcome

FOLDER = Path(__file__).parent / "source"

Sums = dict[tuple[str, ...], Decimal | None]
"""Amounts by the name of the check, and what is counted: the newest time, in seconds since 1970, is one too."""


def of_the_shop() -> Sums:
    """Ask the shop's databases, each in one statement and so at one moment.

    Raises:
        databases.connection.DatabaseError: where one of them cannot be asked.
    """
    sums: Sums = {}
    for database in SOURCES:
        with closing(connect(database, Role.CDC)) as connection:
            sums |= _sums(connection, database.value)
    return sums


def of_the_warehouse(connection: Connection) -> Sums:
    """Ask the warehouse."""
    return _sums(connection, "warehouse")


def _sums(connection: Connection, name: str) -> Sums:
    with connection.cursor() as cursor:
        cursor.execute((FOLDER / f"{name}.sql").read_text())
        return {(check, *what): amount for check, what, amount in cursor.fetchall()}


def compare(shop: Sums, warehouse: Sums) -> Iterator[Outcome]:
    """Return the outcome of each check that compares the two."""
    for name, paths in groupby(sorted(shop.keys() | warehouse.keys()), key=lambda path: path[0]):
        differences = [
            f"{' '.join(path[1:])}: {warehouse.get(path)}, should be {shop.get(path)}"
            for path in paths
            if shop.get(path) != warehouse.get(path)
        ]
        yield Outcome(name, len(differences), "; ".join(differences[:SAMPLE]))
