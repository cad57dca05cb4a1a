"""Order lines: how many, the units sold, and what they came to."""

from faust.types import StreamT

from app.application import app
from app.batch import Batch
from app.totals import Totals
from cdc import Cents, Measures, Quantity, Row


class OrderLine(Row):
    """A row of ``transactiondetail``."""

    quantity: Quantity
    unit_price: Cents


def contributions(line: OrderLine) -> Measures:
    """Return what an order line adds while it exists, whatever became of its order."""
    return {
        ("transactiondetail", "count"): 1,
        ("transactiondetail", "units"): line.quantity,
        ("transactiondetail", "revenue_cents"): line.quantity * line.unit_price,
    }


lines = Totals("transactiondetail", OrderLine, contributions)


@app.agent(lines.topic)
async def transactiondetail(batches: StreamT[Batch]) -> None:
    """Count order lines."""
    async for batch in batches:
        await lines.count(batch)
