"""``python -m spark verify``: does the warehouse say what the shop says, and does it keep its own rules?"""

import time
from contextlib import closing

import psycopg2
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from databases.connection import connect, failure
from settings import Database, Role
from spark.errors import SparkError
from spark.verify import checks, sources
from spark.verify.checks import Outcome

PAUSE = 0.5  # seconds between two looks


def verify(timeout: float) -> None:
    """Run all checks at a quiet moment, and show a table of them.

    Args:
        timeout: the seconds to wait for the load to catch up, and for the shop to stand still.

    Raises:
        SparkError: where a check fails, or the shop does not stand still.
        databases.connection.DatabaseError: where a database cannot be asked.
    """
    console = Console()
    deadline = time.monotonic() + timeout
    before = sources.of_the_shop()
    with console.status("comparing") as status:
        while True:
            outcomes = look(before)
            failed = [each.name for each in outcomes if each.failures]
            after = sources.of_the_shop()
            if (before == after and not failed) or time.monotonic() > deadline:
                break
            moving = ", the shop goes on" if before != after else ""
            status.update(f"{len(failed)} of {len(outcomes)} checks fail{moving}; waiting")
            before = after
            time.sleep(PAUSE)
    console.print(table(outcomes))
    if before != after:
        raise SparkError(f"The shop did not stand still for {timeout:.0f} s: stop what writes to it, and verify again")
    if failed:
        raise SparkError(f"{len(failed)} of {len(outcomes)} checks fail: {', '.join(failed)}")


def look(shop: sources.Sums) -> list[Outcome]:
    """Run every check once, all on the same state of the warehouse."""
    try:
        with closing(connect(Database.DWH, Role.WAREHOUSE)) as connection:
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            compared = list(sources.compare(shop, sources.of_the_warehouse(connection)))
            return [*compared, *(checks.run(connection, check) for check in checks.CHECKS)]
    except psycopg2.Error as error:
        raise failure(Database.DWH, error, Role.WAREHOUSE) from None


def table(outcomes: list[Outcome]) -> Table:
    """Return the outcomes as people read them, what fails last."""
    shown = Table("check", "result", "sample")
    for each in sorted(outcomes, key=lambda outcome: outcome.failures > 0):
        result = f"[red]{each.failures} failed[/red]" if each.failures else "[green]passed[/green]"
        shown.add_row(escape(each.name), result, escape(each.sample))
    return shown
