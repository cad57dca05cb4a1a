"""``transaction_items``: what becomes of the order lines, sent on with what their products were called.

An item is sent before its line is counted, since what is counted is not read again. After a crash it may be sent
twice, with the same id.
"""

import asyncio
import logging
from collections.abc import Iterable
from time import monotonic

import msgspec

from app.application import app
from app.batch import Batch
from app.catalogue import Catalogue
from app.reachable import until_kafka_answers
from cdc import ChangeDecoder
from cdc.items import TOPIC, Item, Named, OrderLine, items
from cdc.row import milliseconds

logger = logging.getLogger(__name__)

app.written.add(TOPIC)

PATIENCE = 30.0
"""Seconds that a partition waits for a product. A foreign key promises that it exists, so it is on its way."""

UNKNOWN = Named("unknown", "unknown")


class Items:
    """Makes the items of order lines, and sends them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._decode = ChangeDecoder(OrderLine)
        self._waiting: dict[int, tuple[int, float]] = {}
        """By partition, the offset that waits for a product, and until when."""
        self._given_up: set[int] = set()
        """Products that did not come in time, as one whose own record could not be understood: none waits again."""

    async def send(self, batch: Batch) -> bool:
        """Send what becomes of a batch of lines, and wait until the broker has it.

        Returns:
            False where a product, or news of one, may be on its way, and nothing was sent.
        """
        if not await self._catalogue.knows_before(batch):
            return False
        unknown: set[int] = set()
        made = list(self._made(batch, unknown))
        awaited = unknown - self._given_up
        if awaited and self._may_wait(batch):
            return False
        self._give_up(awaited)
        self._waiting.pop(batch.tp.partition, None)
        await _send(batch.tp.partition, made)
        return True

    def _made(self, batch: Batch, unknown: set[int]) -> Iterable[Item]:
        def named(line: OrderLine) -> Named:
            known = self._catalogue.at(line.product_id, milliseconds(line.created_at))
            if known is None:
                unknown.add(line.product_id)
            return known or UNKNOWN

        for record, event in batch.events(self._decode):
            yield from items(event, f"{batch.tp.partition}:{record.offset}", named)

    def _may_wait(self, batch: Batch) -> bool:
        partition, first = batch.tp.partition, batch[0].offset
        offset, until = self._waiting.get(partition, (None, 0.0))
        if offset != first:
            until = monotonic() + PATIENCE
            self._waiting[partition] = first, until
        return monotonic() < until

    def _give_up(self, awaited: set[int]) -> None:
        if awaited:
            ids = ", ".join(map(str, sorted(awaited)))
            fields = {"event": "products_unknown", "products": sorted(awaited)}
            logger.warning(
                "no product %s after %g s: its lines are sent as %s", ids, PATIENCE, UNKNOWN.product, extra=fields
            )
            self._given_up |= awaited


@until_kafka_answers
async def _send(partition: int, made: Iterable[Item]) -> None:
    await asyncio.gather(
        *[
            await app.producer.send(
                TOPIC, str(item.line_id).encode(), msgspec.json.encode(item), partition, timestamp=None, headers=None
            )
            for item in made
        ]
    )
