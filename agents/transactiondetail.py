"""Order lines: how many, the units sold, and what they came to. Each is sent on as an item, for Spark."""

from faust.types import StreamT

from app.application import app
from app.batch import Batch
from app.catalogue import catalogue
from app.items import Items
from app.totals import Totals
from cdc import Tallies, measure
from cdc.items import OrderLine


def contributions(line: OrderLine) -> Tallies:
    """Return what an order line adds while it exists, whatever became of its order."""
    return {
        measure("transactiondetail", "count"): 1,
        measure("transactiondetail", "units"): line.quantity,
        measure("transactiondetail", "revenue_cents"): line.cents,
    }


lines = Totals("transactiondetail", OrderLine, contributions, ahead=Items(catalogue).send)


@app.agent(lines.topic)
async def transactiondetail(batches: StreamT[Batch]) -> None:
    """Count order lines."""
    async for batch in batches:
        await lines.count(batch)
