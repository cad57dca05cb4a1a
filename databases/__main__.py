"""``python -m databases``: make what is missing of the shop's databases."""

import sys

import typer

from databases import TABLES, DatabaseError, address, create
from settings import Database

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main() -> None:
    """Make the four databases, their roles and their tables where they are missing."""
    try:
        create()
    except DatabaseError as error:
        typer.echo(f"databases: {error}", err=True)
        sys.exit(1)
    for database in Database:
        typer.echo(f"{address(database)}: {', '.join(TABLES[database])}")


if __name__ == "__main__":
    app(prog_name="python -m databases")
