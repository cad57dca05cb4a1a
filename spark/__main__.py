"""``python -m spark``, or ``spark-submit spark/__main__.py``: run the queries."""

import os
import sys
from pathlib import Path

if not __package__:  # spark-submit runs this file alone, and finds only what stands beside it
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from typing import Annotated

import typer

import logs
from connectors.errors import ConnectorsError
from databases.command import one_clear_line
from settings import DATA
from spark.errors import SparkError
from spark.queries import QUERIES
from spark.query import Query
from spark.run import run
from spark.verify.command import verify as verify_warehouse
from stack.errors import StackError

CHECKPOINTS = DATA / "spark" / "checkpoints"
ERRORS = (SparkError, StackError, ConnectorsError, OSError)

Names = Annotated[list[str] | None, typer.Option("--query", help="Only this one; may be given again.")]
Master = Annotated[str | None, typer.Option(help="spark://host:port, or local[n] for n cores of this machine.")]
Checkpoints = Annotated[Path, typer.Option(help="Where each query keeps how far it is; shared by all workers.")]
Once = Annotated[bool, typer.Option("--once", help="End when all that is there is read.")]
Timeout = Annotated[float, typer.Option(min=0, help="Seconds to wait for the load to catch up.")]
LogLevel = Annotated[str, typer.Option(help="What Spark says of itself: ERROR, WARN, INFO.")]

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@cli.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    names: Names = None,
    master: Master = None,
    checkpoints: Checkpoints = CHECKPOINTS,
    once: Once = False,
    log_level: LogLevel = "WARN",
) -> None:
    """Run all queries in one session, until Ctrl-C or until one of them fails."""
    with one_clear_line("spark", *ERRORS):
        logs.set_up(muted={"aiokafka"})
        if context.invoked_subcommand is None:
            os.umask(0o077)  # Java inherits it: checkpoints and spilled rows are for this user alone
            run(chosen(names), checkpoints.absolute(), master=master, once=once, log_level=log_level)


@cli.command()
def verify(timeout: Timeout = 60.0) -> None:
    """Compare the warehouse with the shop's databases at a quiet moment, and check that it keeps its rules.

    Names what fails, and exits 1 where something does.
    """
    with one_clear_line("spark", *ERRORS):
        verify_warehouse(timeout)


def chosen(names: list[str] | None) -> list[Query]:
    """Return the queries of these names, or all.

    Raises:
        SparkError: where there is none of that name.
    """
    known = {query.name: query for query in QUERIES}
    if unknown := set(names or ()) - known.keys():
        raise SparkError(f"There is no query {', '.join(sorted(unknown))}: there are {', '.join(known)}")
    return [known[name] for name in names or known]


if __name__ == "__main__":
    cli(prog_name="python -m spark")
