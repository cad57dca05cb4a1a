"""A worker of one agent that notes which batches it is handed: the transport without anything that counts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from inspect import isawaitable
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewTopic
from faust.types import StreamT
from tenacity import AsyncRetrying, retry_if_not_result, wait_fixed

from app.application import InstaShop
from app.batch import Batch, BatchSchema, BatchStream
from app.transport import BatchConsumer, BatchTransport
from connectors.topics import admin
from kafka_client import aiokafka_options, faust_options

PARTITIONS = 2
BUFFERED = 2  # batches
FETCH = 64 * 2**10  # bytes


class Reader:
    """One worker of a group, in this process. Batches are worked on while `open` is set, and `written` if `writes`."""

    def __init__(self, group: str, topic: str, folder: Path, *, writes: bool = True) -> None:
        self.batches: list[Batch] = []
        self.finished: list[Batch] = []
        self.open = asyncio.Event()
        self.open.set()
        self.app = InstaShop(
            group,
            **faust_options(),
            Stream=BatchStream,
            store="memory://",
            datadir=str(folder),
            topic_partitions=PARTITIONS,
            stream_buffer_maxsize=BUFFERED,
            consumer_max_fetch_size=FETCH,
            consumer_auto_offset_reset="earliest",
            broker_commit_interval=0.1,
            broker_session_timeout=6.0,
            broker_heartbeat_interval=1.0,
            stream_wait_empty=False,
        )
        self.app.transport = BatchTransport(self.app.conf.broker_consumer, self.app)
        self.app.producer_transport = BatchTransport(self.app.conf.broker_producer, self.app)

        @self.app.agent(self.app.topic(topic, schema=BatchSchema()))
        async def read(batches: StreamT[Batch]) -> None:
            async for batch in batches:
                self.batches.append(batch)
                await self.open.wait()
                if writes:
                    batch.written = asyncio.get_running_loop().create_future()
                    batch.written.set_result(None)
                self.finished.append(batch)

        self.app.finalize()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Reader"]:
        await self.app.start()
        try:
            yield self
        finally:
            self.open.set()
            await self.app.stop()

    @property
    def consumer(self) -> BatchConsumer:
        return cast(BatchConsumer, self.app.consumer)

    @property
    def values(self) -> list[str]:
        """What was handed over, in order."""
        return [(record.value or b"").decode() for batch in self.batches for record in batch]

    @property
    def partitions(self) -> set[int]:
        return {tp.partition for tp in self.consumer.assignment() if "assignor" not in tp.topic}


def on_a_topic_of_its_own(prefix: str, case: Callable[[str], Coroutine[Any, Any, None]]) -> None:
    """Run a case on a new topic, whose name it is given."""

    async def run() -> None:
        name = f"{prefix}-{uuid4().hex[:8]}"
        await make_topic(name)
        async with asyncio.timeout(120):
            await case(name)

    asyncio.run(run())


async def make_topic(topic: str) -> None:
    async with admin() as client:
        await client.create_topics([NewTopic(topic, PARTITIONS, 1)])


@asynccontextmanager
async def producer(**options: Any) -> AsyncIterator[AIOKafkaProducer]:
    client = AIOKafkaProducer(**aiokafka_options(), **options)
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


async def committed(group: str, topic: str) -> dict[int, int]:
    """Return the offsets that a group has committed, by partition."""
    async with admin() as client:
        offsets = await client.list_consumer_group_offsets(group)
    return {tp.partition: each.offset for tp, each in offsets.items() if tp.topic == topic}


async def until(condition: Callable[[], Any]) -> None:
    """Wait for a condition, which may be a coroutine function."""

    async def ask() -> Any:
        answer = condition()
        return await answer if isawaitable(answer) else answer

    await AsyncRetrying(retry=retry_if_not_result(bool), wait=wait_fixed(0.05))(ask)
