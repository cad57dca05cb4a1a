"""``python -m databases.erd``: the diagrams of the databases, made of their catalogues."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from databases.command import one_clear_line
from databases.connection import connect
from settings import CHECKOUT, SOURCES, Database

SCRIPT = Path(__file__).with_name("erd.sql")

SHOP = """# The shop's databases

Four databases, as a shop has them: they grew up apart. A column that names a row of another database has no foreign
key, and says so. Each has a table `heartbeat` besides, whose one row moves the replication slot of a database that
rests. `python -m databases.erd` makes this page of the catalogues, and a test compares the two.
"""
WAREHOUSE = """# The warehouse

A star: facts around dimensions, of which customers and products keep their history (type 2). Views for people and for
the page are in the schema `report`; what is loaded and not yet placed is in `staging`. `python -m databases.erd` makes
this page of the catalogue, and a test compares the two.
"""

ELSEWHERE = {
    "interaction": {"customer_id": "customer of instashop", "product_id": "product of instashop"},
    "stock": {"product_id": "product of instashop"},
    "shipment": {"transaction_id": "transaction of instashop"},
}
"""What columns refer to in another database, by table: no catalogue knows."""


class Column(NamedTuple):
    """A column of a table. `refers_to` is another table of the same database, or null."""

    table: str
    name: str
    type: str
    is_key: bool
    may_be_null: bool
    refers_to: str | None
    meaning: str


def columns(database: Database) -> list[Column]:
    """Return the columns of a database's tables, as its catalogue has them.

    Raises:
        DatabaseError: where it cannot be asked.
    """
    with closing(connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute(SCRIPT.read_text())
        return [Column(*row) for row in cursor.fetchall()]


def diagram(columns: Iterable[Column]) -> str:
    """Return the diagram of a database's tables in Mermaid's language."""
    lines = ["```mermaid", "erDiagram"]
    relations = []
    for table, members in groupby(columns, key=lambda column: column.table):
        lines.append(f"    {table} {{")
        for column in members:
            lines.append(f"        {_attribute(column)}")
            if column.refers_to:
                at_most = "|o" if column.may_be_null else "||"
                relations.append(f"    {column.refers_to} {at_most}--o{{ {table} : {column.name}")
        lines.append("    }")
    return "\n".join([*lines, *relations, "```"])


def _attribute(column: Column) -> str:
    keys = ", ".join(key for key, has in (("PK", column.is_key), ("FK", column.refers_to)) if has)
    return " ".join(filter(None, (column.type, column.name, keys, _comment(column))))


def _comment(column: Column) -> str:
    said = [column.meaning.replace('"', "'"), ELSEWHERE.get(column.table, {}).get(column.name, "")]
    text = "; ".join(filter(None, (*said, "may be null" if column.may_be_null else "")))
    return f'"{text}"' if text else ""


def pages() -> Iterator[tuple[str, str]]:
    """Yield each page's file name and text."""
    shop = [f"## {database.value}\n\n{diagram(columns(database))}" for database in SOURCES]
    yield "database-erd.md", "\n\n".join([SHOP.strip(), *shop]) + "\n"
    yield "warehouse-erd.md", f"{WAREHOUSE.strip()}\n\n{diagram(columns(Database.DWH))}\n"


def main(folder: Annotated[Path, typer.Argument(help="Where to write them.")] = CHECKOUT / "docs") -> None:
    """Write the diagrams of the shop's databases and of the warehouse, which `python -m databases` made."""
    with one_clear_line("databases"):
        for name, text in pages():
            (folder / name).write_text(text)
            typer.echo(folder / name)


if __name__ == "__main__":
    typer.run(main)
