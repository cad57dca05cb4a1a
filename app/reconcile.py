"""``faust -A app reconcile``: is what Redis shows, and what the warehouse holds, what SQL says?"""

import asyncio
import sys
from threading import Thread

from faust.cli import AppCommand, option

from app.application import app
from settings import Database

LOOK = 0.05
"""Seconds between two looks whether the comparison is done."""


@app.command(
    option(
        "--timeout",
        type=float,
        default=60.0,
        help="Seconds to wait for a database that cannot be compared yet.",
        show_default=True,
    ),
    option(
        "--database",
        "names",
        multiple=True,
        metavar="NAME",
        help=f"Compare only this one; several times for several: {', '.join(Database)}.",
    ),
    option("--settled", is_flag=True, help="Wait until everything that is committed is counted."),
)
async def reconcile(self: AppCommand, timeout: float, names: tuple[str, ...], settled: bool) -> None:  # noqa: ARG001, ASYNC109
    """Compare every number in Redis and the warehouse with SQL, while the shop runs.

    Names each difference, and exits 1 where there is one, or where a database could not be compared.
    """
    if unknown := set(names) - set(Database):
        sys.exit(f"no database is named {', '.join(sorted(unknown))}: there are {', '.join(Database)}")
    databases = [database for database in Database if not names or database in names]
    failure = await _in_a_thread(databases, timeout, settled=settled)
    if failure:
        sys.exit(failure)


async def _in_a_thread(databases: list[Database], timeout: float, *, settled: bool) -> str | None:  # noqa: ASYNC109
    """Compare in a thread that Ctrl-C does not wait for: it may be in the middle of a long statement."""
    from reconcile.command import compare  # a worker need not have it

    ended: list[str | None] = []
    thread = Thread(target=lambda: ended.append(compare(databases, timeout, settled=settled)), daemon=True)
    thread.start()
    while thread.is_alive():  # noqa: ASYNC110 - a thread sets no event of this loop
        await asyncio.sleep(LOOK)
    if not ended:
        sys.exit("the comparison failed")
    return ended[0]
