"""What each product was called, and its category, from when on: whole in each worker, however many there are.

It stands in a compacted topic that every worker reads from its beginning to its end, and then follows. A Faust
`GlobalTable` is meant for this, but it loses records: at the end of a rebalance `flow_control.resume` clears the queue
in which those of its standby partitions wait, and they are not read again (faust-streaming 0.15.3).

What is not counted yet of the products themselves every worker reads as well: a product's news are known as soon as
Kafka has them, however far behind the worker is that counts them.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from operator import not_

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from tenacity import retry, retry_if_result, wait_fixed

from app.application import app
from app.reachable import until_kafka_answers
from app.table import CHANGELOG
from cdc import ChangeDecoder, Malformed
from cdc.items import Named
from cdc.products import Naming, Product, Products, naming
from cdc.versions import Version, nearest
from kafka_client import aiokafka_options

topic = app.topic(
    f"{app.conf.id}-catalogue",
    key_serializer="json",
    value_serializer="json",
    internal=True,
    compacting=True,
    config=CHANGELOG,
)
"""The key is a product's id and the time (ms since 1970) since which the value holds.

What stands at a key never changes. So it does not matter which worker writes it, how often and in which order: not
even what a worker sends that was frozen, and lost its partitions meanwhile, does harm.
"""

PRODUCTS = "product"
"""The topic of the products."""

MOMENT = 1.0
"""Seconds that an agent waits until the catalogue is current. A worker that starts has all of it to read, and can count
other partitions meanwhile.
"""
STEP = 0.005
"""Seconds between two looks at whether it is."""


class Catalogue:
    """All products, as two topics tell of them: the compacted one, and their own from where it is not counted yet."""

    def __init__(self) -> None:
        self._told = Products()
        """What stands in the compacted topic, or soon does."""
        self._seen = Products()
        """What their own topic says. There the order of two names within a millisecond shows, so it goes before."""
        self._decode = ChangeDecoder(Product)
        self._reader: AIOKafkaConsumer | None = None
        self._asker: AIOKafkaConsumer | None = None
        """Asks where the topics end. On the reader's connection that would wait for the fetch under way."""

    def __contains__(self, product_id: int) -> bool:
        """Tell whether a product is known."""
        return product_id in self._seen or product_id in self._told

    def at(self, product_id: int, moment: int) -> Named:
        """Return what a known product was called at a time, in ms since 1970."""
        known = [products.at(product_id, moment) for products in (self._seen, self._told) if product_id in products]
        return nearest(known, moment).value

    async def learn(self, seen: Iterable[Naming]) -> None:
        """Take up products by their ids, as they were seen, and wait until all workers will know of them.

        Of two versions since the same millisecond only the later is taken up: seen again, it has to win again.
        """
        last = {(product_id, version.since): (product_id, version) for product_id, version in seen}
        news = [each for each in last.values() if self._told.is_news(*each)]
        await _tell(news)
        for each in news:
            self._told.add(*each)

    @until_kafka_answers
    async def follow(self) -> None:
        """Take up what any worker has learned and what is not counted yet, for as long as this one runs."""
        await topic.maybe_declare()
        partitions = [
            TopicPartition(name, number)
            for name in (topic.get_topic_name(), PRODUCTS)
            for number in range(app.conf.topic_partitions)
        ]
        async with (
            AIOKafkaConsumer(**aiokafka_options()) as asker,
            # Of the app's group, without being a member: it begins where the app has committed, which it does with no
            # product that is not in the compacted topic. In that one it never commits, and so this begins at the start.
            AIOKafkaConsumer(
                **aiokafka_options(), group_id=app.conf.id, enable_auto_commit=False, auto_offset_reset="earliest"
            ) as reader,
        ):
            reader.assign(partitions)
            self._asker, self._reader = asker, reader
            try:
                async for record in reader:
                    self.read(record)
            finally:
                self._asker = self._reader = None

    async def is_current(self) -> bool:
        """Tell whether it has what Kafka has now, if need be after a moment."""
        if self._reader is None or self._asker is None:
            return False
        try:
            async with asyncio.timeout(MOMENT):
                await _has_read(self._reader, await self._asker.end_offsets(self._reader.assignment()))
        except (TimeoutError, KafkaError):
            return False
        return True

    def read(self, record: ConsumerRecord) -> None:
        """Take up what a record of one of the two topics says."""
        if record.topic == PRODUCTS:
            self._see(record.value)
        else:
            product_id, since = msgspec.json.decode(record.key)
            self._told.add(product_id, Version(since, Named(*msgspec.json.decode(record.value))))

    def _see(self, change: bytes | None) -> None:
        with suppress(Malformed):  # which the product agent rejects
            seen = naming(self._decode(change)) if change is not None else None
            if seen and self._seen.is_news(*seen):
                self._seen.add(*seen)


@retry(retry=retry_if_result(not_), wait=wait_fixed(STEP))
async def _has_read(reader: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    """Wait until a consumer has read that far, and say so."""
    return all([await reader.position(partition) >= end for partition, end in ends.items()])


@until_kafka_answers
async def _tell(news: Iterable[Naming]) -> None:
    await asyncio.gather(
        *[await topic.send(key=[product_id, version.since], value=[*version.value]) for product_id, version in news]
    )


catalogue = Catalogue()


@app.task  # type: ignore[untyped-decorator]
async def follow_catalogue() -> None:
    """Keep up with the products."""
    await catalogue.follow()
