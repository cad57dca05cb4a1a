"""Orders: how many, in which state, and what they earn."""

from faust.types import StreamT

from app.application import app
from app.batch import Batch
from app.totals import Totals
from cdc import Cents, Row, Tallies, Tally, Text, Timestamp, measure, remembered, utc_day
from cdc.revenue import REVENUE
from cdc.values import OrderStatus


class Order(Row):
    """A row of ``transaction``."""

    status: OrderStatus
    payment_method: Text
    channel: Text
    total_amount: Cents
    created_at: Timestamp


@remembered
def placed(status: str, payment_method: str, channel: str) -> Tally:
    """Return what counts an order, whether it earns or not."""
    return Tally(
        ("transactions", "count"),
        ("transactions", "by_status", status),
        ("transactions", "by_payment_method", payment_method),
        ("transactions", "by_channel", channel),
    )


@remembered
def earned(status: str, day: str) -> Tally:
    """Return what sums up revenue."""
    return Tally(
        ("revenue", "total_cents"),
        ("revenue", "by_day_cents", day),
        ("revenue", "by_status_cents", status),
    )


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
