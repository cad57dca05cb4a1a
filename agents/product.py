"""Products: how many, and of which category; and what order lines show of them."""

from faust.types import StreamT

from app.application import app
from app.batch import Batch
from app.catalogue import catalogue
from app.totals import Totals
from cdc import ChangeDecoder, Id, Row, Tallies, Text, measure
from cdc.items import Named
from cdc.versions import Version


class Product(Row):
    """A row of ``product``."""

    id: Id
    name: Text
    category: Text


def contributions(product: Product) -> Tallies:
    """Return what a product adds while it exists."""
    return {
        measure("products", "count"): 1,
        measure("products", "by_category", product.category): 1,
    }


async def learn(batch: Batch) -> bool:
    """Take the products of a batch up into the catalogue."""
    seen = [
        (event.after.id, Version(event.source.ts_ms or 0, Named(event.after.name, event.after.category)))
        for _, event in batch.events(ChangeDecoder(Product))
        if event.after is not None
    ]
    await catalogue.learn(seen)
    return True


products = Totals("product", Product, contributions, ahead=learn)


@app.agent(products.topic)
async def product(batches: StreamT[Batch]) -> None:
    """Count products."""
    async for batch in batches:
        await products.count(batch)
