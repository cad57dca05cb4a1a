"""``python -m databases``: make what is missing of the shop's databases."""

import typer

from databases import TABLES, address, create
from databases.command import one_clear_line
from settings import Database

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main() -> None:
    """Make the four databases, their roles and their tables where they are missing."""
    with one_clear_line("databases"):
        create()
    for database in Database:
        typer.echo(f"{database.value} at {address(database)}: {', '.join(TABLES[database])}")


if __name__ == "__main__":
    app(prog_name="python -m databases")
