"""An order line as an item that is added or retracted, with what its product was called at the time of sale."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from cdc.event import NEEDS_AFTER, NEEDS_BEFORE, ChangeEvent
from cdc.row import Cents, Id, Quantity, Row, Timestamp

TOPIC = "transaction_items"
"""Made by the Faust app. Has as many partitions as the topic of order lines: what becomes of a line stands in order."""


class OrderLine(Row):
    """A row of ``transactiondetail``."""

    id: Id
    transaction_id: Id
    product_id: Id
    quantity: Quantity
    unit_price: Cents
    created_at: Timestamp

    @property
    def cents(self) -> int:
        """What it came to, whatever became of its order."""
        return self.quantity * self.unit_price


class Named(NamedTuple):
    """What an order line shows of its product."""

    product: str
    category: str


class Item(msgspec.Struct, gc=False):
    """What a change does to the order lines: one is added (sign 1) or retracted (sign -1)."""

    id: str
    """The line, the position of its change, and the sign: the same however often it is made."""
    line_id: int
    transaction_id: int
    product_id: int
    product: str
    category: str
    quantity: int
    revenue_cents: int
    sign: int
    op: str
    """Of the change, as Debezium writes it."""
    ts_ms: int | None
    """When the change was committed."""


def items(event: ChangeEvent[OrderLine], position: str, named: Callable[[OrderLine], Named]) -> Iterator[Item]:
    """Yield the items of a change: the retraction of ``before``, then the addition of ``after``.

    Args:
        event: the change of a line.
        position: where its record stands: ``partition:offset``.
        named: says what a line's product was called when the line was sold; the same for both items of a line.
    """
    for line, sign, operations in ((event.before, -1, NEEDS_BEFORE), (event.after, 1, NEEDS_AFTER)):
        if line is not None and event.op in operations:
            yield Item(
                id=f"{line.id}:{position}:{'+' if sign > 0 else '-'}",
                line_id=line.id,
                transaction_id=line.transaction_id,
                product_id=line.product_id,
                **named(line)._asdict(),
                quantity=line.quantity,
                revenue_cents=line.cents,
                sign=sign,
                op=event.op,
                ts_ms=event.source.ts_ms,
            )
