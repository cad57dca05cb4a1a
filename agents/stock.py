"""Stock: units and their value, and what has to be ordered again."""

from faust.types import StreamT

from app.application import app
from app.batch import Batch
from app.totals import Totals
from cdc import Cents, Id, Quantity, Row, Tallies, Text, measure


class Stock(Row):
    """A row of ``stock``: a product in a warehouse."""

    id: Id
    product_id: Id
    warehouse: Text
    quantity: Quantity
    reorder_level: Quantity
    unit_cost: Cents


def contributions(stock: Stock) -> Tallies:
    """Return what a stock row adds while it exists.

    A row below its level is named, so these measures grow with the rows that ever were below it: they are bounded by
    the stock rows, and do not grow with their changes.
    """
    tallies: Tallies = {
        measure("stock", "count"): 1,
        measure("stock", "units"): stock.quantity,
        measure("stock", "value_cents"): stock.quantity * stock.unit_cost,
    }
    if stock.quantity < stock.reorder_level:
        row = ("stock", "below_reorder", str(stock.id), str(stock.product_id), stock.warehouse)
        tallies |= {
            measure(*row, "rows"): 1,
            measure(*row, "quantity"): stock.quantity,
            measure(*row, "reorder_level"): stock.reorder_level,
        }
    return tallies


stocks = Totals("stock", Stock, contributions)


@app.agent(stocks.topic)
async def stock(batches: StreamT[Batch]) -> None:
    """Count stock."""
    async for batch in batches:
        await stocks.count(batch)
