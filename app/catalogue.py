"""What each product was called, and its category, from when on: whole in each worker, however many there are."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, cast

import faust
from faust.types import EventT

from app.reachable import until_kafka_answers
from cdc.items import Named
from cdc.versions import Version, Versions


class Catalogue(faust.GlobalTable):
    """A global table whose key is a product's id and the time (ms since 1970) since which its value holds.

    What stands at a key never changes. So it does not matter which worker writes it, how often and in which order:
    not even what a worker sends that was frozen, and lost its partitions meanwhile, does harm.

    It grows with the products that there ever were and with their new names, not with their prices or their sales. A
    deleted product stays: its lines may be retracted after it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._products: defaultdict[int, Versions[Named]] = defaultdict(Versions)

    def __contains__(self, product_id: object) -> bool:
        """Tell whether a product is known."""
        return product_id in self._products

    def at(self, product_id: int, moment: int) -> Named:
        """Return what a known product was called at a time, in ms since 1970."""
        return self._products[product_id].at(moment)

    async def learn(self, partition: int, seen: Iterable[tuple[int, Version[Named]]]) -> None:
        """Take up products as they were seen, and wait until all workers will be told.

        Args:
            partition: where in the changelog this is written; a product is always on the same one.
            seen: the product's id, and what it was called since when.
        """
        news = {}
        for product_id, version in seen:
            if self._products[product_id].is_news(version):
                self._products[product_id].add(version)
                news[product_id, version.since] = [*version.value]
        await self._tell(partition, news)

    @until_kafka_answers
    async def _tell(self, partition: int, news: Mapping[tuple[int, int], list[str]]) -> None:
        await asyncio.gather(*[self.send_changelog(partition, key, value) for key, value in news.items()])

    def apply_changelog_batch(self, batch: Iterable[EventT[Any]]) -> None:
        """Take up what this worker or another one wrote."""
        for event in batch:
            product_id, since = cast(list[int], event.key)
            self._products[product_id].add(Version(since, Named(*event.value)))
