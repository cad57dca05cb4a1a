"""The record by which a new snapshot replaces what was counted before it.

It says of its partition: forget all rows that came before this offset. It may stand only where a whole snapshot
follows, after the last event of the old rows and before the first of the new: so it is written while the connector
is stopped, its offsets are deleted and its former producers are fenced.
"""

import asyncio
import json
import time
from collections.abc import Collection

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from connectors.errors import LateError, patiently
from kafka_client import aiokafka_options
from settings import kafka_service


def reset_record(lsn: int, ts_ms: int) -> bytes:
    """Return a reset at a WAL position and a time (ms since 1970), in the shape of a change event."""
    event = {
        "op": "reset",
        "before": None,
        "after": None,
        "source": {"lsn": lsn, "ts_ms": ts_ms},
        "ts_ms": ts_ms,
    }
    return json.dumps(event).encode()


def write(connector: str, topics: Collection[str], lsn: int, patience: float) -> None:
    """Write a reset into every partition of these topics: into all of them, or, on an error, into none."""
    record = reset_record(lsn, time.time_ns() // 1_000_000)
    patiently(lambda: asyncio.run(_write(connector, topics, record)), patience, aloud=True)


async def _write(connector: str, topics: Collection[str], record: bytes) -> None:
    # The transactional id ends whatever an interrupted command of this connector left open.
    producer = AIOKafkaProducer(**aiokafka_options(), transactional_id=f"{connector}-resets")
    try:
        await producer.start()
        async with producer.transaction():
            for topic in topics:
                for partition in await producer.partitions_for(topic):
                    await producer.send(topic, record, partition=partition)
    except (KafkaError, OSError) as error:
        raise LateError(f"{kafka_service()} takes no resets: {error!r}") from error
    finally:
        await producer.stop()
