"""The load of one batch of change records: copied in, and merged set by set, in one transaction.

Nothing here depends on the order in which records come. `staging` keeps the newest record of each row by its position,
and every change of what has a history; dimensions and facts are functions of these, made anew for the rows that a
batch touches. So a batch, or a whole topic, may come again, and the topics in any order.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from cdc.revenue import REVENUE
from databases.tables import LOADING
from spark.warehouse.rows import HISTORY, columns

SCRIPTS = {path.stem: path.read_text() for path in (Path(__file__).parent / "sql").glob("*.sql")}

UNREADABLE = "unreadable"
"""In place of an operation: a record that is no change event of its topic."""


class Change(NamedTuple):
    """A record of a topic, as it is copied into the database."""

    topic: str
    partition: int
    offset: int
    op: str
    """Debezium's letter, ``reset``, or `UNREADABLE`."""
    id: int | None
    """The row's key; none where the record is of no row."""
    ts_ms: int | None
    """When the change was committed, in ms since 1970."""
    row: str | None
    """The row's columns as a JSON object: after the change, or before its deletion."""


class Batch(NamedTuple):
    """What makes a batch the same one when it comes again."""

    query: str
    checkpoint: str
    """The identity of the query's checkpoint. A new one reads from the beginning, and counts from 0 again."""
    batch_id: int


def load(connection: Connection, batch: Batch, changes: Iterable[Change]) -> int | None:
    """Bring a batch into the warehouse, whole or not at all.

    Args:
        connection: of the warehouse, with no transaction begun.
        batch: which one.
        changes: its records, in any order. They are streamed, never held at once.

    Returns:
        How many records that were; none where this batch has been loaded before.

    Raises:
        psycopg2.Error: The database failed or went away; the batch may be loaded again.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute(SCRIPTS["begin"], {"lock": LOADING, **batch._asdict()})
        if cursor.fetchone() is None:
            return None
        cursor.execute(SCRIPTS["change"])
        records = copy_in(cursor, changes)
        merge(cursor)
        cursor.execute(SCRIPTS["position"])
        cursor.execute(SCRIPTS["end"], {"records": records, **batch._asdict()})
        return records


def copy_in(cursor: Cursor, changes: Iterable[Change]) -> int:
    """Copy changes into the table ``change`` of this transaction, and return how many they are."""
    lines = Lines(changes)
    file: Any = lines  # the driver reads it, and that is all: its types ask for whatever a file can do
    try:
        cursor.copy_expert(SCRIPTS["copy"], file)
    except psycopg2.Error:
        if lines.error is not None:  # the driver makes an error of its own of it, as if the database had failed
            raise lines.error from None
        raise
    return int(cursor.rowcount)


def merge(cursor: Cursor) -> None:
    """Bring what was copied into all tables."""
    cursor.execute(SCRIPTS["marks"])
    cursor.execute("SELECT topic, bool_or(op = 'reset') FROM change WHERE op <> %s GROUP BY topic", [UNREADABLE])
    topics: dict[str, bool] = dict(cursor.fetchall())  # of those in this batch, whether a snapshot began
    for topic, has_reset in topics.items():
        cursor.execute(_of_topic("staging", topic))
        if has_reset:
            cursor.execute(_of_topic("reset", topic))
        if topic in HISTORY:
            cursor.execute(_of_topic("history", topic))
            if has_reset:
                cursor.execute(_of_topic("reset_history", topic))
            cursor.execute(_of_dimension(topic))
    for script in ("carrier", "affected", "fact_sales", "fact_interaction", "fact_stock", "fact_shipment", "dim_date"):
        cursor.execute(SCRIPTS[script], {"revenue": sorted(REVENUE)})


def _of_topic(script: str, topic: str) -> sql.Composed:
    names = columns(topic)
    return sql.SQL(SCRIPTS[script]).format(
        name=sql.Literal(topic),
        topic=sql.Identifier(topic),
        history=sql.Identifier(f"{topic}_change"),
        columns=_list(names),
        new_columns=_list(names, "new"),
        excluded_columns=_list(names, "excluded"),
    )


def _of_dimension(topic: str) -> sql.Composed:
    names = [name for name in columns(topic) if name != "id"]
    return sql.SQL(SCRIPTS["dimension"]).format(
        name=sql.Literal(topic),
        history=sql.Identifier(f"{topic}_change"),
        dimension=sql.Identifier(f"dim_{topic}"),
        id=sql.Identifier(f"{topic}_id"),
        key=sql.Identifier(f"{topic}_key"),
        columns=_list(names),
        old_columns=_list(names, "old"),
        excluded_columns=_list(names, "excluded"),
    )


def _list(names: Iterable[str], *table: str) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(*table, name) for name in names)


class Lines:
    """Rows as a file of CSV that is written while it is read.

    Attributes:
        error: What the rows raised, if they did.
    """

    def __init__(self, rows: Iterable[tuple[object, ...]]) -> None:
        self._rows = iter(rows)
        self.error: Exception | None = None

    def read(self, size: int) -> str:
        """Return the next lines, about `size` characters of them."""
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        try:
            for row in self._rows:
                writer.writerow(row)
                if buffer.tell() >= size:
                    break
        except Exception as error:
            self.error = error
            raise
        return buffer.getvalue()
