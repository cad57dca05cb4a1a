"""A Spark that runs and loads nothing says how old its rows are, and what it waits for."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from databases import connect
from databases.tables import LOADING
from settings import Database, settings
from tests.pipeline import Background, generate, metrics, status, wait_until

SPARK = (sys.executable, "-m", "spark", "--query", "transactions", "--query", "behaviour", "--query", "warehouse")
LOCKS = f"SELECT pg_advisory_xact_lock({LOADING})", "LOCK TABLE staging.transaction IN ACCESS EXCLUSIVE MODE"

pytestmark = pytest.mark.timeout(900)  # Spark takes its time to start


def progress(name: str) -> Any:
    """Return what Spark says of a query; an empty document if it says nothing."""
    return status("spark").get("queries", {}).get(name, {})


def as_of(name: str) -> datetime | None:
    said = progress(name).get("as_of")
    return datetime.fromisoformat(said) if said else None


def is_newer(name: str, than: datetime) -> bool:
    now = as_of(name)
    return now is not None and now > than


@contextmanager
def held(statement: str) -> Iterator[None]:
    """Hold a lock of the warehouse from another session within a block."""
    with closing(connect(Database.DWH)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        yield


def test_a_locked_warehouse_stands_still_while_the_windows_go_on() -> None:
    with Redis.from_url(settings().redis_url) as redis:
        redis.delete("status:spark")
    with Background(*SPARK):
        wait_until(lambda: all(as_of(name) for name in ("transactions", "behaviour", "warehouse")))
        for lock in LOCKS:
            goes_on_after(lock)


def goes_on_after(lock: str) -> None:
    with held(lock):
        generate(events=50)
        wait_until(lambda: progress("warehouse")["waiting"])
        stood, since = as_of("warehouse"), progress("warehouse")["batch_since"]
        assert stood is not None
        for name in ("transactions", "behaviour"):
            wait_until(lambda name=name: is_newer(name, stood + timedelta(seconds=5)))  # type: ignore[misc]
        assert as_of("warehouse") == stood
        assert progress("warehouse")["batch_since"] == since is not None
        wait_until(lambda: "another session has held a lock" in (progress("warehouse")["waiting"] or ""))
        newest = as_of("transactions")
        assert newest is not None
    wait_until(lambda: is_newer("warehouse", newest))
    assert progress("warehouse")["waiting"] is None
    wait_until(lambda: metrics("spark:transactions")["as_of"] >= progress("transactions")["as_of"])
