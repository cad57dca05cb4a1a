"""Customers: how many, from where, and of which segment."""

from faust.types import StreamT

from app.application import app
from app.batch import Batch
from app.totals import Totals
from cdc import Row, Tallies, Text, measure


class Customer(Row):
    """A row of ``customer``."""

    country: Text
    segment: Text


def contributions(customer: Customer) -> Tallies:
    """Return what a customer adds while it exists."""
    return {
        measure("customers", "count"): 1,
        measure("customers", "by_country", customer.country): 1,
        measure("customers", "by_segment", customer.segment): 1,
    }


customers = Totals("customer", Customer, contributions)


@app.agent(customers.topic)
async def customer(batches: StreamT[Batch]) -> None:
    """Count customers."""
    async for batch in batches:
        await customers.count(batch)
