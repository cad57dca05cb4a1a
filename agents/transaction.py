"""Orders: how many, in which state, and what they earn."""

from faust.types import StreamT

from app.application import app
from app.batch import Batch
from app.totals import Totals
from cdc import Cents, Measures, Row, Text, Timestamp, utc_day
from cdc.revenue import REVENUE
from cdc.values import OrderStatus


class Order(Row):
    """A row of ``transaction``."""

    status: OrderStatus
    payment_method: Text
    channel: Text
    total_amount: Cents
    created_at: Timestamp


def contributions(order: Order) -> Measures:
    """Return what an order adds while it exists. Revenue belongs to the UTC day on which it was placed."""
    measures: Measures = {
        ("transactions", "count"): 1,
        ("transactions", "by_status", order.status): 1,
        ("transactions", "by_payment_method", order.payment_method): 1,
        ("transactions", "by_channel", order.channel): 1,
    }
    if order.status in REVENUE:
        measures |= {
            ("revenue", "orders"): 1,
            ("revenue", "total_cents"): order.total_amount,
            ("revenue", "by_day_cents", utc_day(order.created_at)): order.total_amount,
            ("revenue", "by_status_cents", order.status): order.total_amount,
        }
    return measures


orders = Totals("transaction", Order, contributions)


@app.agent(orders.topic)
async def transaction(batches: StreamT[Batch]) -> None:
    """Count orders."""
    async for batch in batches:
        await orders.count(batch)
