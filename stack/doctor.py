"""Looks at every part, and says in one line each what is wrong and what to do."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import psycopg2

from dashboard.advice import advice
from dashboard.language import Language
from dashboard.redis_reader import Reader, Snapshot
from dashboard.states import State, state
from databases import connect
from databases.connection import DatabaseError
from settings import Database, Role, Settings
from stack.service import Service

SPACE = 5 * 2**30
"""Bytes that should be free on the disk of the data: PostgreSQL may keep 4 GB of WAL for a connector that is away."""

OLD = timedelta(minutes=10)
"""How long ago the last batch of the warehouse may be, in a shop that is open."""

PARTS = {
    "do_watch": ("watch", "status:connectors"),
    "do_connectors": ("connectors", "status:connectors"),
    "do_faust": ("worker", "status:faust"),
    "do_lag": ("lag", "status:faust"),
    "do_spark": ("spark", "status:spark"),
    "do_late": ("late events", "status:spark"),
    "do_reconcile": ("reconcile", "status:reconcile"),
    "do_dead_letters": ("dead letters", "metrics:events"),
}
"""What each advice of the page is about, and the document that it is taken from."""
HEARTBEATS = {"status:connectors", "status:faust", "status:spark"}
"""Documents that are written every few seconds, whatever happens in the shop."""


class Finding(NamedTuple):
    """How a part is: `trouble` says what is wrong and what to do, and is none where all is well, or not known."""

    part: str
    trouble: str | None = None
    is_known: bool = True


def examine(services: Sequence[tuple[Service, bool]], settings: Settings) -> Iterator[Finding]:
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
    homes = [service.home for service, is_existing in services if not is_existing and service.home.exists()]
    if homes:
        yield disk(*min((shutil.disk_usage(home).free, home) for home in homes))


def of_documents(seen: Snapshot) -> Iterator[Finding]:
    """Say what the parts say of themselves in Redis, in the page's words."""
    words, wrong = Language("English"), advice(seen)
    for key, (part, document) in PARTS.items():
        yield Finding(part, words(key)) if key in wrong else Finding(part, is_known=_is_told(document, seen))


def _is_told(document: str, seen: Snapshot) -> bool:
    """Tell whether a document says how its part is now: a heartbeat that has stopped does not."""
    told = seen.documents.get(document)
    return told is not None and (document not in HEARTBEATS or state(told, seen.looked_at) is State.FRESH)


def warehouse(now: datetime) -> Finding:
    """Look at when the warehouse was last loaded."""
    try:
        with closing(connect(Database.DWH, Role.DASHBOARD)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT newest FROM report.freshness WHERE table_name = 'loaded_batch'")
            ((loaded,),) = cursor.fetchall()
    except (DatabaseError, psycopg2.Error) as error:
        return Finding("warehouse", str(error).strip().splitlines()[0])
    if loaded is None:
        return Finding("warehouse", "nothing was loaded yet: python -m spark, whose first batch takes a while")
    if now - loaded > OLD:
        return Finding("warehouse", f"nothing was loaded since {loaded:%Y-%m-%d %H:%M} UTC: look whether Spark runs")
    return Finding("warehouse")


def disk(free: int, folder: Path) -> Finding:
    """Judge the space for the data in a folder."""
    if free < SPACE:
        return Finding("disk", f"only {free / 2**30:.1f} GiB are free in {folder}: make room")
    return Finding("disk")
