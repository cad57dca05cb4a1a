"""What the tests of the connectors do from outside: run the command, run SQL, read topics."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any, NamedTuple, TypeVar

from aiokafka import AIOKafkaConsumer
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

import databases
from kafka_client import aiokafka_options
from settings import CHECKOUT, Database

T = TypeVar("T")


class Record(NamedTuple):
    """A record of a topic, its JSON parsed."""

    partition: int
    key: Any
    value: Any


def connectors(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m connectors``, and return what came of it."""
    return subprocess.run(
        [sys.executable, "-m", "connectors", *arguments],
        cwd=CHECKOUT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )


def query(database: Database, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Run SQL in a database as its owner, and return the rows."""
    with closing(databases.connect(database)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def records(topic: str) -> list[Record]:
    """Return all committed records of a topic, those of a partition in order."""
    return asyncio.run(_records(topic))


async def _records(topic: str) -> list[Record]:
    found: list[Record] = []
    consumer = AIOKafkaConsumer(
        topic,
        **aiokafka_options(),
        isolation_level="read_committed",
        auto_offset_reset="earliest",
    )
    async with consumer:
        partitions = consumer.assignment()
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                found += [
                    Record(each.partition, json.loads(each.key or "null"), json.loads(each.value)) for each in batch
                ]
    return found


def rows_of(topic: str) -> set[int]:
    """Return the ids of the rows that a topic's records add up to: none may be added twice."""
    partitions: dict[int, set[int]] = {}
    for record in records(topic):
        rows = partitions.setdefault(record.partition, set())
        match record.value["op"]:
            case "reset":
                rows.clear()
            case "c" | "r":
                assert record.key["id"] not in rows, f"{topic}: {record.value} is counted twice"
                rows.add(record.key["id"])
            case "d":
                rows.remove(record.key["id"])
    return set().union(*partitions.values())


def eventually(check: Callable[[], T], seconds: float = 60) -> T:
    """Repeat a check until its assertions hold, and return what it returns."""
    retrying = Retrying(
        retry=retry_if_exception_type(AssertionError),
        wait=wait_fixed(0.2),
        stop=stop_after_delay(seconds),
        reraise=True,
    )
    return retrying(check)
