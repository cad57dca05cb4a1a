"""What Kafka answers about the window of a comparison."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from kafka_client import aiokafka_options
from reconcile import log
from reconcile.log import LOOK_BACK_MS, SLACK_MS, Extent, Markers

EPOCH_MS = 10_000_000
BEAT_MS = 1_000
PATIENCE_S = 20.0


@asynccontextmanager
async def topic() -> AsyncIterator[str]:
    """Lend a topic of one partition, which forgets nothing by its age."""
    admin, name = AIOKafkaAdminClient(**aiokafka_options()), f"reconcile_{uuid4().hex[:8]}"
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, 1, 1, topic_configs={"retention.ms": "-1"})])
        yield name
        await admin.delete_topics([name])
    finally:
        await admin.close()


@pytest.mark.usefixtures("stack")
def test_a_record_of_an_open_kafka_transaction_is_within_the_window() -> None:
    """It may be one that no snapshot sees yet."""

    async def case() -> None:
        async with topic() as name, AIOKafkaProducer(**aiokafka_options()) as plain:
            await plain.send_and_wait(name, b"old", partition=0, timestamp_ms=EPOCH_MS)
            async with AIOKafkaProducer(**aiokafka_options(), transactional_id=name) as producer:
                await producer.begin_transaction()
                await producer.send_and_wait(name, b"new", partition=0, timestamp_ms=EPOCH_MS + BEAT_MS)
                found = await asyncio.to_thread(log.extents, {(name, 0): EPOCH_MS + 1})
                await producer.abort_transaction()
            assert found == {(name, 0): Extent(begin=0, window=1, end=2)}

    asyncio.run(case())


@pytest.mark.usefixtures("stack")
def test_the_window_begins_a_minute_before_the_markers_whatever_else_is_in_their_topic() -> None:
    beats, between = 2 * LOOK_BACK_MS // BEAT_MS, [b"{}"] * 3
    first_ms = EPOCH_MS + beats * BEAT_MS

    async def case() -> log.Window:
        async with topic() as name, AIOKafkaProducer(**aiokafka_options()) as producer:
            for number in range(beats + 2):
                for value in (beat(number), *between):
                    await producer.send(name, value, partition=0, timestamp_ms=EPOCH_MS + number * BEAT_MS)
            await producer.flush()
            markers = {name: Markers(beats * (1 + len(between)), first=beats, second=beats + 1)}
            return (await asyncio.to_thread(log.windows, markers, PATIENCE_S))[name]

    window = asyncio.run(case())
    assert EPOCH_MS < window.since_ms <= first_ms - LOOK_BACK_MS - SLACK_MS
    assert 0 < window.oldest_tx_id <= (first_ms - LOOK_BACK_MS - EPOCH_MS) // BEAT_MS
    assert window.has_first


@pytest.mark.usefixtures("stack")
def test_a_marker_that_does_not_come_has_no_window() -> None:
    async def case() -> dict[str, log.Window]:
        async with topic() as name, AIOKafkaProducer(**aiokafka_options()) as producer:
            await producer.send_and_wait(name, beat(1), partition=0)
            return await asyncio.to_thread(log.windows, {name: Markers(0, 1, 2)}, 1.0)

    assert asyncio.run(case()) == {}


def beat(tx_id: int) -> bytes:
    return json.dumps({"op": "u", "source": {"ts_ms": 1, "txId": tx_id}}).encode()
