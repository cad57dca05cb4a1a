"""Many operations as few statements: what is written together, and in which order. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from databases import TABLES
from generator.operations import DATABASE_OF, Adjust, Delete, Insert, Operation, Update, Value
from settings import Database

# A process that is killed between two transactions must leave no row that names a row of another database which is
# not there. So orders and products come first, what names them follows, and a product goes after its stock.
ORDER = (Database.INSTASHOP, Database.ECOMMERCE, Database.ERP, Database.CRM)
LAST = "product"

RANK = {table: rank for tables in TABLES.values() for rank, table in enumerate(tables)}
"""Where a table stands among those of its database: after those that it refers to."""


class Statement(NamedTuple):
    """One statement for many rows. Each row has a value for each column, ``id`` first."""

    kind: Literal["insert", "update", "adjust", "delete"]
    table: str
    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]]


class Transaction(NamedTuple):
    """Statements that one database commits together."""

    database: Database
    statements: list[Statement]


def plan(operations: Iterable[Operation]) -> Iterator[Transaction]:
    """Arrange operations into one transaction a database, and a last one for the products that go.

    Each row goes through the same states as if the operations came one by one, except that all units that come to
    a row of stock and leave it make one difference.
    """
    by_database: dict[Database, list[Operation]] = defaultdict(list)
    last: list[Operation] = []
    for operation in operations:
        table = table_of(operation)
        if isinstance(operation, Delete) and table == LAST:
            last.append(operation)
        else:
            by_database[DATABASE_OF[table]].append(operation)
    for database in ORDER:
        if by_database[database]:
            yield Transaction(database, list(statements(by_database[database])))
    if last:
        yield Transaction(DATABASE_OF[LAST], list(statements(last)))


def statements(operations: Iterable[Operation]) -> Iterator[Statement]:
    """Arrange one database's operations: rows come, change, and go.

    An ``UPDATE`` of many rows must name each only once: a row's second change waits for the second round.
    """
    inserts: dict[tuple[str, tuple[str, ...]], list[tuple[Value, ...]]] = defaultdict(list)
    updates: dict[tuple[int, str, tuple[str, ...]], list[tuple[Value, ...]]] = defaultdict(list)
    units: dict[int, int] = defaultdict(int)
    deletes: dict[str, list[tuple[Value, ...]]] = defaultdict(list)
    rounds: dict[tuple[str, int], int] = defaultdict(int)
    for operation in operations:
        match operation:
            case Insert(table, row):
                inserts[table, tuple(row)].append(tuple(row.values()))
            case Update(table, number, changes):
                updates[rounds[table, number], table, tuple(changes)].append((number, *changes.values()))
                rounds[table, number] += 1
            case Adjust(number, difference):
                units[number] += difference
            case Delete(table, number):
                deletes[table].append((number,))
    for (table, columns), rows in sorted(inserts.items(), key=lambda item: RANK[item[0][0]]):
        yield Statement("insert", table, columns, rows)
    for (_, table, columns), rows in sorted(updates.items(), key=lambda item: item[0][0]):
        yield Statement("update", table, ("id", *columns), rows)
    differences: list[tuple[Value, ...]] = [(number, units[number]) for number in sorted(units) if units[number]]
    if differences:
        yield Statement("adjust", "stock", ("id", "quantity"), differences)
    for table, rows in sorted(deletes.items(), key=lambda item: -RANK[item[0]]):
        yield Statement("delete", table, ("id",), rows)


def table_of(operation: Operation) -> str:
    """Return the table that an operation changes."""
    return "stock" if isinstance(operation, Adjust) else operation.table
