"""Products: how many, and of which category; and what order lines show of them."""

from faust.types import StreamT

from app.application import app
from app.batch import Batch
from app.catalogue import PRODUCTS, catalogue
from app.totals import Totals
from cdc import ChangeDecoder, Tallies, measure
from cdc.products import Product, naming


def contributions(product: Product) -> Tallies:
    """Return what a product adds while it exists."""
    return {
        measure("products", "count"): 1,
        measure("products", "by_category", product.category): 1,
    }


async def learn(batch: Batch) -> bool:
    """Take the products of a batch up into the catalogue, once what is in it already is known."""
    if not await catalogue.was_told_before(batch):
        return False
    seen = (naming(event) for _, event in batch.events(ChangeDecoder(Product)))
    await catalogue.learn(filter(None, seen))
    return True


products = Totals(PRODUCTS, Product, contributions, ahead=learn)


@app.agent(products.topic)
async def product(batches: StreamT[Batch]) -> None:
    """Count products."""
    async for batch in batches:
        await products.count(batch)
