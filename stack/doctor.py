"""Looks at every part, and says in one line each what is wrong and what to do."""

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import psycopg2
from redis import Redis
from redis.exceptions import RedisError

from connectors.errors import ConnectorsError
from connectors.unseen import count as count_unseen
from dashboard import verdicts
from dashboard.faults import REDIS_REFUSES, WORKER_CRASHES, Verdict
from dashboard.language import Language
from dashboard.redis_reader import Reader, Snapshot
from databases import connect
from databases.connection import DatabaseError
from kafka_client import silent_client
from redis_client import refusal
from settings import DATA, Database, Role, Settings, redis_service
from stack.process import Process
from stack.service import Service

SPACE = 5 * 2**30
"""Bytes that should be free on the disk of the data: PostgreSQL may keep 4 GB of WAL for a connector that is away."""
WRITTEN = "status:doctor"
"""The key with which it tries whether Redis takes a write, for `WRITTEN_SECONDS`."""
WRITTEN_SECONDS = 1
WORDS = Language("English")


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
        if service.name == "redis" and trouble is None:
            yield takes_writes(settings.redis_url)
    seen = Reader().read()
    if not seen.down_since:  # else it is said already
        yield from of_documents(seen)
    yield from dead_letters()
    yield warehouse()
    homes = [service.home for service, is_existing in services if not is_existing and service.home.exists()]
    if homes:
        yield disk(*min((shutil.disk_usage(home).free, home) for home in homes))


def takes_writes(url: str) -> Finding:
    """Write to Redis as the pipeline does: one that refuses is another fault than one that is away."""
    part = "redis writes"
    try:
        with Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as redis:
            redis.set(WRITTEN, datetime.now(UTC).isoformat(), ex=WRITTEN_SECONDS)
    except (RedisError, OSError) as error:
        if answer := refusal(error):
            return Finding(part, f"{redis_service()} refuses: {answer}. {WORDS(REDIS_REFUSES.remedy)}")
        return Finding(part, f"{redis_service()} is away: {error}. {WORDS('do_redis')}")
    return Finding(part)


def of_documents(seen: Snapshot) -> Iterator[Finding]:
    """Say what follows from the documents in Redis, in the page's words.

    Whether Redis is written, and what nobody has seen of the dead letters, is asked of Redis and of Kafka themselves.
    """
    for part, found in verdicts.judge(seen.documents, seen.looked_at).items():
        if part not in ("redis", "dead letters"):
            yield from findings(part, found)


def findings(part: str, found: list[Verdict] | None) -> Iterator[Finding]:
    """Say what was found of a part."""
    if not found:
        yield Finding(part, is_known=found is not None)
    for verdict in found or []:
        yield Finding(part, f"{_cause(verdict)} {WORDS.remedy(verdict)}")


def _cause(verdict: Verdict) -> str:
    """Return the cause, and of a worker that crashes on this machine what it said last."""
    cause, log = WORDS.cause(verdict), Process("faust", DATA)
    if verdict.fault is WORKER_CRASHES and log.log.exists():
        return f"{cause} It said last: {log.last_words()}."
    return cause


def dead_letters() -> Iterator[Finding]:
    """Ask Kafka how many records could not be understood and were not looked at."""
    unseen = None
    with suppress(ConnectorsError), silent_client():
        unseen = asyncio.run(count_unseen())
    yield from findings("dead letters", verdicts.unseen(unseen))


def warehouse() -> Finding:
    """Look whether the warehouse answers, and was ever loaded; how new it is, Spark says."""
    part = "dwh_db"
    try:
        with closing(connect(Database.DWH, Role.DASHBOARD)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT newest FROM report.freshness WHERE table_name = 'loaded_batch'")
            ((loaded,),) = cursor.fetchall()
    except (DatabaseError, psycopg2.Error) as error:
        return Finding(part, str(error).strip().splitlines()[0])
    if loaded is None:
        return Finding(part, "nothing was loaded yet: python -m spark, whose first batch takes a while")
    return Finding(part)


def disk(free: int, folder: Path) -> Finding:
    """Judge the space for the data in a folder."""
    if free < SPACE:
        return Finding("disk", f"only {free / 2**30:.1f} GiB are free in {folder}: make room")
    return Finding("disk")
