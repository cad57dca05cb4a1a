"""``faust -A app reconcile``: is what Redis shows what SQL says?"""

import sys
import time
from datetime import UTC, datetime

import msgspec
from faust.cli import AppCommand, option
from redis import Redis
from redis.exceptions import RedisError
from rich.console import Console
from rich.table import Table

from app import truth
from app.application import app
from databases.connection import DatabaseError
from settings import redis_service, settings

KEY = "status:reconcile"
PAUSE = 0.5  # seconds between two looks


@app.command(
    option(
        "--timeout", type=float, default=60.0, help="Seconds to wait for the totals to catch up.", show_default=True
    ),
)
async def reconcile(self: AppCommand, timeout: float) -> None:  # noqa: ARG001, ASYNC109
    """Compare every total in Redis with SQL on the four databases, at a quiet moment.

    Names each difference, and exits 1 where there is one.
    """
    console = Console()
    try:
        _reconcile(console, timeout)
    except DatabaseError as error:
        sys.exit(str(error))
    except RedisError as error:
        sys.exit(f"{redis_service()}: {error}")


def _reconcile(console: Console, timeout: float) -> None:
    """Look until nothing differs: what was written last may still be on its way."""
    redis = Redis.from_url(settings().redis_url, socket_timeout=5)
    deadline = time.monotonic() + timeout
    before = truth.truth()
    with console.status("comparing") as status:
        while True:
            shown = truth.shown(redis)
            after = truth.truth()
            differences = truth.differences(shown, after)
            if before == after and not differences:
                _tell(redis, len(after), 0)
                console.print(f"{len(after)} numbers, no difference from SQL")
                return
            if time.monotonic() > deadline:
                break
            moving = ", the shop goes on" if before != after else ""
            status.update(f"{len(differences)} of {len(after)} numbers differ{moving}; waiting")
            before = after
            time.sleep(PAUSE)
    if before != after:
        sys.exit(f"The shop did not stand still for {timeout:.0f} s: stop what writes to it, and compare again.")
    _tell(redis, len(after), len(differences))
    console.print(_table(differences))
    sys.exit(f"{len(differences)} of {len(after)} numbers differ from SQL")


def _tell(redis: Redis, numbers: int, differences: int) -> None:
    """Leave the outcome where the page shows it."""
    outcome = {"updated_at": datetime.now(UTC), "numbers": numbers, "differences": differences}
    redis.set(KEY, msgspec.json.encode(outcome))


def _table(differences: list[truth.Difference]) -> Table:
    table = Table("number", "Redis", "SQL", "difference")
    for path, shown, true in differences:
        apart = None if shown is None or true is None else shown - true
        table.add_row(" ".join(path), *(("-" if number is None else f"{number}") for number in (shown, true, apart)))
    return table
