"""Orders: how many, in which state, and what they earn."""

from collections.abc import Iterable

from faust.types import StreamT

from app.application import app
from app.batch import Batch
from app.totals import Totals
from cdc import Cents, Path, Row, Tallies, Text, Timestamp, measure, tally, utc_day
from cdc.revenue import REVENUE
from cdc.values import OrderStatus


class Order(Row):
    """A row of ``transaction``."""

    status: OrderStatus
    payment_method: Text
    channel: Text
    total_amount: Cents
    created_at: Timestamp


@tally
def placed(status: str, payment_method: str, channel: str) -> Iterable[Path]:
    """Yield what counts an order, whether it earns or not."""
    yield "transactions", "count"
    yield "transactions", "by_status", status
    yield "transactions", "by_payment_method", payment_method
    yield "transactions", "by_channel", channel


@tally
def earned(status: str, day: str) -> Iterable[Path]:
    """Yield what sums up revenue."""
    yield "revenue", "total_cents"
    yield "revenue", "by_day_cents", day
    yield "revenue", "by_status_cents", status


def contributions(order: Order) -> Tallies:
    """Return what an order adds while it exists. Revenue belongs to the UTC day on which it was placed."""
    tallies: Tallies = {
        placed(order.status, order.payment_method, order.channel): 1,
    }
    if order.status in REVENUE:
        tallies[measure("revenue", "orders")] = 1
        tallies[earned(order.status, utc_day(order.created_at))] = order.total_amount
    return tallies


orders = Totals("transaction", Order, contributions)


@app.agent(orders.topic)
async def transaction(batches: StreamT[Batch]) -> None:
    """Count orders."""
    async for batch in batches:
        await orders.count(batch)
