"""The upper bound: a bare aiokafka loop that parses what it reads, and does nothing with it.

``python -m benchmarks.bare EVENTS`` prints how many events a second it reads.
"""

import asyncio
import sys

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks.backlog import TOPIC
from benchmarks.pace import Pace
from kafka_client import aiokafka_options
from settings import settings


async def read(events: int) -> float:
    """Read so many events, and return how many a second."""
    consumer = AIOKafkaConsumer(**aiokafka_options(), auto_offset_reset="earliest", isolation_level="read_committed")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(TOPIC, partition) for partition in range(settings().partitions)])
        pace, read = Pace(), 0
        while read < events:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                for record in records:
                    orjson.loads(record.value)
                read += len(records)
            if read:
                pace.see(read)
    finally:
        await consumer.stop()
    return pace.events_a_second


if __name__ == "__main__":
    print(asyncio.run(read(int(sys.argv[1]))))  # noqa: T201
