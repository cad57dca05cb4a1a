"""What each product was called, and its category, from when on: whole in each worker, however many there are.

It stands in a compacted topic that every worker reads from its beginning to its end, and then follows. A Faust
`GlobalTable` is meant for this, but it loses records: at the end of a rebalance `flow_control.resume` clears the queue
in which those of its standby partitions wait, and they are not read again (faust-streaming 0.15.3).
"""

import asyncio
from collections.abc import Iterable

import msgspec
from aiokafka import AIOKafkaConsumer

from app.application import app
from app.reachable import until_kafka_answers
from app.table import CHANGELOG
from cdc.items import Named
from cdc.versions import Version, Versions
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


class Catalogue:
    """All products.

    It grows with the products that there ever were and with their new names, not with their prices or their sales. A
    deleted product stays: its lines may be retracted after it.
    """

    def __init__(self) -> None:
        self._products: dict[int, Versions[Named]] = {}

    def __contains__(self, product_id: int) -> bool:
        """Tell whether a product is known."""
        return product_id in self._products

    def at(self, product_id: int, moment: int) -> Named:
        """Return what a known product was called at a time, in ms since 1970."""
        return self._products[product_id].at(moment)

    async def learn(self, seen: Iterable[tuple[int, Version[Named]]]) -> None:
        """Take up products by their ids, as they were seen, and wait until all workers will know of them.

        Of two versions since the same millisecond only the later is taken up: seen again, it has to win again.
        """
        last = {(product_id, version.since): version for product_id, version in seen}
        news = [
            (product_id, version) for (product_id, _), version in last.items() if self._is_news(product_id, version)
        ]
        await _tell(news)
        for product_id, version in news:
            self._add(product_id, version)

    @until_kafka_answers
    async def follow(self) -> None:
        """Take up what any worker has learned, for as long as this one runs."""
        await topic.maybe_declare()
        async with AIOKafkaConsumer(
            topic.get_topic_name(), **aiokafka_options(), auto_offset_reset="earliest"
        ) as consumer:
            async for record in consumer:
                product_id, since = msgspec.json.decode(record.key)
                self._add(product_id, Version(since, Named(*msgspec.json.decode(record.value))))

    def _is_news(self, product_id: int, version: Version[Named]) -> bool:
        known = self._products.get(product_id)
        return known is None or known.is_news(version)

    def _add(self, product_id: int, version: Version[Named]) -> None:
        self._products.setdefault(product_id, Versions()).add(version)


@until_kafka_answers
async def _tell(news: Iterable[tuple[int, Version[Named]]]) -> None:
    await asyncio.gather(
        *[await topic.send(key=[product_id, version.since], value=[*version.value]) for product_id, version in news]
    )


catalogue = Catalogue()


@app.task  # type: ignore[untyped-decorator]
async def follow_catalogue() -> None:
    """Keep up with the other workers."""
    await catalogue.follow()
