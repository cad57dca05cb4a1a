"""``python -m databases``: make what is missing of the databases."""

import typer

import logs
from databases import TABLES, address, create
from databases.command import one_clear_line
from settings import SOURCES, Database

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main() -> None:
    """Make the shop's four databases and the warehouse, their roles and their tables where they are missing."""
    with one_clear_line("databases"):
        logs.set_up()
        create()
    for database in SOURCES:
        typer.echo(f"{database.value} at {address(database)}: {', '.join(TABLES[database])}")
    typer.echo(f"{Database.DWH.value} at {address(Database.DWH)}: the warehouse")


if __name__ == "__main__":
    app(prog_name="python -m databases")
