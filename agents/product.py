"""Products: how many, and of which category."""

from faust.types import StreamT

from app.application import app
from app.batch import Batch
from app.totals import Totals
from cdc import Measures, Row, Text


class Product(Row):
    """A row of ``product``."""

    category: Text


def contributions(product: Product) -> Measures:
    """Return what a product adds while it exists."""
    return {
        ("products", "count"): 1,
        ("products", "by_category", product.category): 1,
    }


products = Totals("product", Product, contributions)


@app.agent(products.topic)
async def product(batches: StreamT[Batch]) -> None:
    """Count products."""
    async for batch in batches:
        await products.count(batch)
