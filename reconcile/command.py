"""What ``faust -A app reconcile`` does."""

import time
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime

from redis import Redis
from redis.exceptions import RedisError
from rich.console import Console
from rich.table import Table

import reconcile.status as status
from databases.connection import DatabaseError, connect
from reconcile.comparison import Comparison
from reconcile.outcome import NOTHING_LOADED, Outcome
from settings import Database, Role, redis_service, settings

PAUSE = 0.5
"""Seconds between two comparisons."""


def compare(databases: Collection[Database], timeout: float, *, settled: bool) -> str | None:
    """Compare until every database can be compared; return why the command fails, or none.

    Args:
        databases: which ones.
        timeout: seconds for which to try.
        settled: whether to wait until everything that is committed is counted as well.
    """
    console, redis = Console(), Redis.from_url(settings().redis_url, socket_timeout=5)
    deadline = time.monotonic() + timeout
    try:
        _reach(databases, redis)
        while True:
            outcomes = _compare(databases, redis, max(1.0, deadline - time.monotonic()))
            lacking = [*_reasons(outcomes), *(_waiting(outcomes) if settled else [])]
            if not lacking or time.monotonic() > deadline or any(outcome.differences for outcome in outcomes):
                return _tell(console, outcomes, lacking)
            time.sleep(PAUSE)
    except DatabaseError as error:
        return str(error)
    except RedisError as error:
        return f"{redis_service()}: {error}"


def _reach(databases: Iterable[Database], redis: Redis) -> None:
    """See that each service that may refuse does not: there is nothing to wait for then."""
    for database in databases:
        with closing(connect(database, Role.WAREHOUSE if database is Database.DWH else Role.CDC)):
            pass
    redis.ping()


def _compare(databases: Collection[Database], redis: Redis, patience: float) -> Sequence[Outcome]:
    began, clock = datetime.now(UTC), time.monotonic()
    outcomes = Comparison(databases, redis, patience).run()
    status.tell(redis, outcomes, began, time.monotonic() - clock)
    return outcomes


def _reasons(outcomes: Iterable[Outcome]) -> list[str]:
    """Return why databases are not compared. A warehouse that nothing is loaded into is not in use."""
    return [
        f"{outcome.name} is not compared: {outcome.reason}"
        for outcome in outcomes
        if outcome.reason and outcome.reason != NOTHING_LOADED
    ]


def _waiting(outcomes: Iterable[Outcome]) -> list[str]:
    return [f"{outcome.name}: {outcome.waiting} records are not counted yet" for outcome in outcomes if outcome.waiting]


def _tell(console: Console, outcomes: Sequence[Outcome], lacking: Iterable[str]) -> str | None:
    numbers = sum(outcome.numbers for outcome in outcomes)
    differing = sum(len(outcome.differences) for outcome in outcomes)
    failures = list(lacking)
    if differing:
        console.print(_table(outcomes))
        failures.insert(0, f"{differing} of {numbers} numbers differ from SQL")
    if not failures:
        console.print(f"{numbers} numbers, no difference from SQL", soft_wrap=True)
    return "\n".join(failures) or None


def _table(outcomes: Iterable[Outcome]) -> Table:
    table = Table("database", "number", "shown", "SQL", "difference")
    for outcome in outcomes:
        for path, shown, truth in outcome.differences:
            apart = None if shown is None or truth is None else shown - truth
            cells = ("-" if number is None else f"{number:f}" for number in (shown, truth, apart))
            table.add_row(outcome.name.value, " ".join(path), *cells)
    return table
