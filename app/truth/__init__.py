"""What the documents should say, asked of the four databases, and what they do say."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from decimal import Decimal, InvalidOperation
from pathlib import Path as File
from typing import Any, NamedTuple

import msgspec
from redis import Redis

from app.documents import EMPTY
from cdc import Path
from databases.connection import connect
from settings import SOURCES, Role

Numbers = dict[Path, Decimal]

NOT_IN_SQL = frozenset({"events", "total_events", "on_time_share"})
"""What counts processing, and not rows; and a share whose two parts are compared."""


class Difference(NamedTuple):
    """A number that is not what SQL says; None where there is none on that side."""

    path: Path
    shown: Decimal | None
    truth: Decimal | None


def truth() -> Numbers:
    """Ask the databases, each in one statement and so at one moment.

    Raises:
        databases.connection.DatabaseError: where one of them cannot be asked.
    """
    numbers: Numbers = {}
    for database in SOURCES:
        statement = File(__file__).with_name(f"{database.value}.sql").read_text()
        with closing(connect(database, Role.CDC)) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            numbers |= {tuple(path): value for path, value in cursor.fetchall()}
    return numbers


def shown(redis: Redis) -> Numbers:
    """Read every number of the documents; a document that is not there has none."""
    names = [name for name in (*EMPTY, "dashboard") if name not in NOT_IN_SQL]
    documents = redis.mget([f"metrics:{name}" for name in names])
    return {
        path: number
        for name, document in zip(names, documents, strict=True)
        for path, number in _numbers((name,), msgspec.json.decode(document or b"{}"))
    }


def differences(shown: Numbers, truth: Numbers) -> list[Difference]:
    """Return where the two differ, in the order of their paths."""
    return [
        Difference(path, shown.get(path), truth.get(path))
        for path in sorted(shown.keys() | truth.keys())
        if shown.get(path) != truth.get(path)
    ]


def _numbers(path: Path, node: Any) -> Iterator[tuple[Path, Decimal]]:
    if isinstance(node, list):  # rows, told apart by their id
        node = {str(row["id"]): {column: row[column] for column in row.keys() - {"id"}} for row in node}
    if isinstance(node, Mapping):
        for name, child in node.items():
            if name not in NOT_IN_SQL:
                yield from _numbers((*path, name), child)
        return
    try:
        yield path, Decimal(node)
    except InvalidOperation:
        return  # a text: when the document was made, or a warehouse's name
