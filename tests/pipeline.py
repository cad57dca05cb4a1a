"""The pipeline's commands, as a user types them, and what the user sees of them in Redis."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from prometheus_client.samples import Sample
from redis import Redis
from tenacity import retry, retry_if_not_result, stop_after_delay, wait_fixed

from connectors.topics import admin
from databases import connect
from kafka_client import aiokafka_options
from settings import CHECKOUT, DATA, SOURCES, Database, Role, settings
from stack.service import Service
from stack.stack import Stack
from tests.prometheus import samples_of

FAUST = str(Path(sys.executable).with_name("faust"))
TOPICS = ("carrier", "customer", "interaction", "product", "shipment", "stock", "transaction", "transactiondetail")


def run(*command: str, folder: Path | str = CHECKOUT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, of this checkout or of a copy of it."""
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def connectors(*arguments: str) -> None:
    done = run(sys.executable, "-m", "connectors", *arguments)
    assert done.returncode == 0, done.stderr


def generate(events: int) -> None:
    """Let so many events happen in the shop, as fast as it goes."""
    done = run(sys.executable, "-m", "generator", "--rate", "0", "--events", str(events))
    assert done.returncode == 0, done.stderr


def execute(database: Database, statement: str) -> int:
    """Change rows by hand, and return how many."""
    with closing(connect(database, Role.GENERATOR)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


def reconcile(*arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Compare Redis with SQL on the shop's databases; the warehouse has tests of its own."""
    databases = [argument for database in SOURCES for argument in ("--database", database)]
    return run(FAUST, "-A", "app", "reconcile", *databases, "--timeout", str(timeout), *arguments)


def assert_exact() -> None:
    """Let the pipeline come to rest, and compare every number with SQL."""
    done = reconcile("--settled")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def wait_until(condition: Callable[[], Any], seconds: float = 240, *, every: float = 0.05) -> None:
    retry(retry=retry_if_not_result(bool), stop=stop_after_delay(seconds), wait=wait_fixed(every))(condition)()


def metrics(name: str) -> Any:
    """Return a document; an empty one where there is none."""
    return _document(f"metrics:{name}")


def status(part: str) -> Any:
    """Return what a part says of itself; an empty document where it says nothing."""
    return _document(f"status:{part}")


def samples() -> list[Sample]:
    """Return what Prometheus sees of the newest worker; nothing of one that is not ready."""
    workers = status("faust")["workers"]
    url = max(workers, key=lambda each: str(each["updated_at"]))["monitor"]  # and not one of those that died
    if not requests.get(f"{url}/live", timeout=5).ok or not requests.get(f"{url}/ready", timeout=5).ok:
        return []
    return samples_of(requests.get(f"{url}/metrics", timeout=5).text)


def _document(key: str) -> Any:
    with Redis.from_url(settings().redis_url) as redis:
        return json.loads(redis.get(key) or "{}")


def counted() -> int:
    """Return how many change events have been counted, ever."""
    return int(metrics("dashboard").get("total_events", 0))


def wait_until_more_is_counted(events: int = 500) -> None:
    """Wait until workers have counted so many events from now on."""
    target = counted() + events
    wait_until(lambda: counted() >= target)


def wait_until_shared_by(workers: int) -> None:
    """Wait until Kafka knows so many workers and no others, and each of them is seen alive with partitions."""
    begun = datetime.now(UTC)

    def shared() -> bool:
        seen = status("faust").get("workers", [])
        alive = [one for one in seen if datetime.fromisoformat(one["updated_at"]) > begun]
        return len(alive) == workers == asyncio.run(members()) and all(one["lag"] for one in alive)

    wait_until(shared)


async def members() -> int:
    """Return how many workers the group has; 0 while it is rebalancing."""
    async with admin() as client:
        (response,) = await client.describe_consumer_groups(["instashop"])
    ((_, _, state, _, _, members, *_),) = response.groups
    return len(members) if state == "Stable" else 0


async def read(topic: str) -> list[ConsumerRecord]:
    """Read a topic from its beginning to its end."""
    async with AIOKafkaConsumer(**aiokafka_options(), isolation_level="read_committed") as consumer:
        partitions = [TopicPartition(topic, number) for number in range(settings().partitions)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        records: list[ConsumerRecord] = []
        while any([await consumer.position(each) < ends[each] for each in partitions]):
            for fetched in (await consumer.getmany(timeout_ms=200)).values():
                records += fetched
        return records


class Background:
    """A command that runs within a ``with`` block, which ends it as Ctrl-C does."""

    def __init__(self, *command: str, folder: Path | str = CHECKOUT, **environment: str) -> None:
        self.log = DATA / "logs" / f"{Path(command[0]).name}.log"
        with self.log.open("a") as log:
            self._start = log.tell()
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def runs(self) -> bool:
        return self.process.poll() is None

    def said(self, text: str) -> list[str]:
        """Return the lines with a text that it logged, and what others logged into the same file since its start."""
        return [line for line in self.log.read_bytes()[self._start :].decode().splitlines() if text in line]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it in good order."""
        self.process.send_signal(how)
        assert self.process.wait(timeout=60) == 0, f"see {self.log}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.kill()
        elif self.runs:
            self.stop()


def worker(**environment: str) -> Background:
    return Background(FAUST, "-A", "app", "worker", **environment)


def load(rate: int = 120) -> Background:
    """Let the shop be busy, with inserts, updates and deletes on all its tables, until it is stopped."""
    return Background(sys.executable, "-m", "generator", "--rate", str(rate))


def service(name: str) -> Service:
    """Return one of the services, to be killed, stopped or started."""
    return next(each for each in Stack().own if each.name == name)
