"""What each product was called, and its category, from when on: whole in each worker, however many there are.

It stands in a compacted topic that every worker reads from its beginning to its end, and then follows. A Faust
`GlobalTable` is meant for this, but it loses records: at the end of a rebalance `flow_control.resume` clears the queue
in which those of its standby partitions wait, and they are not read again (faust-streaming 0.15.3).

What is not counted yet of the products themselves every worker reads as well: a product's news are known as soon as
Kafka has them, however far behind the worker is that counts them.
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress

import msgspec
from aiokafka import ConsumerRecord, TopicPartition

from app.application import app
from app.batch import Batch
from app.follower import Follower
from app.reachable import until_kafka_answers
from app.table import CHANGELOG
from cdc import ChangeDecoder, Malformed
from cdc.items import Named
from cdc.products import Naming, Product, Products, is_news, named, naming
from cdc.versions import Version

logger = logging.getLogger(__name__)

topic = app.topic(
    f"{app.conf.id}-catalogue",
    key_serializer="json",
    value_serializer="json",
    internal=True,
    compacting=True,
    config=CHANGELOG,
)
"""The key is a product's id and the time (ms since 1970) since which the value holds.

What stands at a key never changes, unless a product gets two names within a millisecond. So it does not matter which
worker writes it, how often and in which order: not even what a worker sends that was frozen, and lost its partitions
meanwhile, does harm.
"""

PRODUCTS = "product"
"""The topic of the products."""


class Catalogue:
    """All products, as two topics tell of them: the compacted one, and their own from where it is not counted yet."""

    def __init__(self) -> None:
        self._told = Products()
        """What stands in the compacted topic, or soon does."""
        self._seen = Products()
        """What their own topic says. There the order of two names within a millisecond shows, so it goes before."""
        self._decode = ChangeDecoder(Product)
        self._follower = Follower(self.read)

    def at(self, product_id: int, moment: int) -> Named | None:
        """Return what a product was called at a time, in ms since 1970; None where it is not known."""
        version = named((self._seen, self._told), product_id, moment)
        return version and version.value

    async def learn(self, seen: Iterable[Naming]) -> None:
        """Take up products by their ids, as they were seen, and wait until all workers will know of them.

        Of two versions since the same millisecond only the later is taken up: seen again, it has to win again.
        """
        last = {(product_id, version.since): (product_id, version) for product_id, version in seen}
        news = Products()
        told = []
        for each in last.values():
            if is_news((news, self._told), *each):
                news.add(*each)
                told.append(each)
        await _tell(told)
        for each in told:
            self._told.add(*each)

    @until_kafka_answers
    async def follow(self) -> None:
        """Take up what any worker has learned and what is not counted yet, for as long as this one runs.

        The app commits no product that is not in the compacted topic, and nothing of that topic: so that is read from
        its beginning, and the products' own from where it is committed.
        """
        await topic.maybe_declare()
        self._seen = Products()
        names, numbers = (topic.get_topic_name(), PRODUCTS), range(app.conf.topic_partitions)
        partitions = [TopicPartition(name, number) for name in names for number in numbers]
        await self._follower.follow(partitions, group=app.conf.id)

    async def knows_before(self, batch: Batch) -> bool:
        """Wait until it has what Kafka had of the products when a batch of lines was fetched, and tell whether it has.

        The connector of the order lines is that of the products, and what is changed first it writes first. So no line
        of the batch was sold under a name that comes later.
        """
        return await self._has_read(batch, topic.get_topic_name(), PRODUCTS)

    async def was_told_before(self, batch: Batch) -> bool:
        """Wait until it has what was learned when a batch of products was fetched, and tell whether it has."""
        return await self._has_read(batch, topic.get_topic_name())

    async def _has_read(self, batch: Batch, *topics: str) -> bool:
        if await self._follower.has_read(batch.fetched_at, *topics):
            return True
        fields = {"event": "catalogue_behind", "waiting": batch.tp.topic}
        logger.warning("the products are not read yet: %s waits", batch.tp.topic, extra=fields)
        return False

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
            if seen and is_news((self._seen,), *seen):
                self._seen.add(*seen)


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
