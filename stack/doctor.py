"""Looks at every part, and says in one line each what is wrong and what to do."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import psycopg2

from dashboard.advice import advice
from dashboard.language import Language
from dashboard.redis_reader import Reader, Snapshot
from databases import connect
from databases.connection import DatabaseError
from settings import DATA, Database, Role, Settings
from stack.service import Service

SPACE = 2 * 2**30
"""Bytes that should be free on the disk of the data: PostgreSQL may keep 4 GB of WAL for a connector that is away."""

OLD = timedelta(minutes=10)
"""How long ago the last batch of the warehouse may be, in a shop that is open."""

PARTS = {
    "do_watch": "watch",
    "do_connectors": "connectors",
    "do_faust": "worker",
    "do_lag": "lag",
    "do_spark": "spark",
    "do_reconcile": "reconcile",
    "do_dead_letters": "dead letters",
    "do_late": "late events",
}
"""What each advice of the page is about."""


class Finding(NamedTuple):
    """How a part is: `trouble` says what is wrong and what to do, and is none where all is well."""

    part: str
    trouble: str | None = None


def examine(services: Iterable[tuple[Service, bool]], settings: Settings) -> Iterator[Finding]:
    """Look at each part in turn.

    Args:
        services: each service, and whether it is an existing one.
        settings: where they are.
    """
    for service, is_existing in services:
        runs = is_existing or service.process.alive
        trouble = service.trouble(settings) if runs else "it does not run"
        how = "see its variable in .env" if is_existing else "python -m stack up"
        yield Finding(service.name, trouble and f"{trouble}: {how}")
    seen = Reader().read()
    if not seen.down_since:  # else it is said already
        yield from of_documents(seen)
    yield warehouse(datetime.now(UTC))
    yield disk(shutil.disk_usage(DATA).free)


def of_documents(seen: Snapshot) -> Iterator[Finding]:
    """Say what the parts say of themselves in Redis, in the page's words."""
    words, wrong = Language("English"), advice(seen)
    for key, part in PARTS.items():
        yield Finding(part, words(key) if key in wrong else None)


def warehouse(now: datetime) -> Finding:
    """Look at when the warehouse was last loaded."""
    try:
        with closing(connect(Database.DWH, Role.DASHBOARD)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT newest FROM report.freshness WHERE table_name = 'loaded_batch'")
            ((loaded,),) = cursor.fetchall()
    except (DatabaseError, psycopg2.Error) as error:
        return Finding("warehouse", str(error).strip().splitlines()[0])
    if loaded is None:
        return Finding("warehouse", "nothing was loaded yet: python -m spark")
    if now - loaded > OLD:
        return Finding("warehouse", f"nothing was loaded since {loaded:%Y-%m-%d %H:%M} UTC: look whether Spark runs")
    return Finding("warehouse")


def disk(free: int) -> Finding:
    """Judge the space for the data."""
    if free < SPACE:
        return Finding("disk", f"only {free / 2**30:.1f} GiB are free in {DATA}: make room")
    return Finding("disk")
