"""How old the numbers are is told as it is, and the former numbers stay until the new ones are whole."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from aiokafka import AIOKafkaProducer

from kafka_client import aiokafka_options
from settings import CHECKOUT, Database
from tests.pipeline import assert_exact, execute, generate, metrics, status, wait_until, worker

HELD = "transaction"


def as_of(topic: str) -> datetime:
    """Return the time up to which a topic is counted; the earliest of all while that is not known."""
    said = status("faust").get("as_of", {}).get(topic)
    return datetime.fromisoformat(said) if said else datetime.fromisoformat("0001-01-01T00:00:00Z")


def test_a_partition_that_is_held_makes_the_age_of_its_topic_stand_still() -> None:
    with worker():
        generate(events=200)
        assert_exact()
        asyncio.run(hold_a_partition_and_watch())
        wait_until(lambda: as_of(HELD) > as_of("stock") - timedelta(seconds=5))
        assert_exact()


async def hold_a_partition_and_watch() -> None:
    async with held_partition():
        await asyncio.to_thread(wait_until, lambda: as_of("stock") > as_of(HELD) + timedelta(seconds=5))
        stands = as_of(HELD)
        await asyncio.to_thread(wait_until, lambda: as_of("stock") > stands + timedelta(seconds=10))
        assert as_of(HELD) == stands
        shown = metrics("transactions")["as_of"], metrics("dashboard")["as_of"]
        assert [datetime.fromisoformat(each) for each in shown] == [stands, stands]
        assert datetime.fromisoformat(metrics("stock")["as_of"]) > stands


@asynccontextmanager
async def held_partition() -> AsyncIterator[None]:
    """Let a transaction stand open in one partition: what comes behind it there cannot be read until it ends."""
    producer = AIOKafkaProducer(**aiokafka_options(), transactional_id="holds")
    async with producer:
        await producer.begin_transaction()
        await producer.send_and_wait(HELD, b"never committed", partition=0)
        try:
            yield
        finally:
            await producer.abort_transaction()


def test_the_numbers_from_before_a_new_snapshot_stay_until_it_is_counted() -> None:
    with worker():
        generate(events=200)
        assert_exact()
        before = metrics("transactions")
        execute(Database.INSTASHOP, "DELETE FROM transactiondetail WHERE transaction_id % 7 = 0")
        execute(Database.INSTASHOP, "DELETE FROM transaction WHERE id % 7 = 0")
        assert_exact()
        after = metrics("transactions")
        resync = subprocess.Popen([sys.executable, "-m", "connectors", "resync"], cwd=CHECKOUT)
        seen: set[int] = set()

        def watched_to_its_end() -> bool:
            seen.add(metrics("transactions")["count"])
            return resync.poll() is not None

        wait_until(watched_to_its_end)
        assert resync.returncode == 0
        assert_exact()
        seen.add(metrics("transactions")["count"])
        assert seen == {after["count"]} != {before["count"]}
