"""The products: launched, sold the more the more popular they are, given new prices, given up."""

from bisect import bisect
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from generator.operations import Delete, Insert, Operation, Update, Values, money
from generator.pool import MEMBERS, Pool
from generator.source import Source
from generator.vocabulary import CATEGORIES

# Zipf's law: the product of rank r sells as 1 / r**0.9. Each rank's share, added up.
POPULARITY = list(accumulate(1 / rank**0.9 for rank in range(1, MEMBERS + 1)))


@dataclass(slots=True)
class Product:
    """A product on sale, with what it sells for and what it cost, in cents."""

    id: int
    price: int
    cost: int


class Catalogue:
    """What the shop sells."""

    def __init__(self, source: Source, products: list[Product]) -> None:
        self._source = source
        self.products = Pool(products)

    def popular(self) -> Product:
        """Return one of the products on sale, popular ones more often."""
        members = self.products.members
        share = self._source.dice.random() * POPULARITY[len(members) - 1]
        return members[bisect(POPULARITY, share, hi=len(members) - 1)]

    def launch(self, now: datetime) -> tuple[Product, list[Operation]]:
        """Welcome a new product. It is on sale once it is admitted."""
        category = self._source.one_of(list(CATEGORIES))
        offer = CATEGORIES[category]
        brand = self._source.one_of(offer.brands)
        price = self._source.dice.randint(offer.cheapest, offer.dearest)
        product = Product(self._source.next_id("product"), price, cost=price * self._source.dice.randint(45, 75) // 100)
        self.products.welcome(product)
        row: Values = {
            "id": product.id,
            "name": f"{brand} {self._source.one_of(offer.things)} {product.id}",
            "category": category,
            "brand": brand,
            "price": money(product.price),
            "cost": money(product.cost),
            "created_at": now,
            "updated_at": now,
        }
        return product, [Insert("product", row)]

    def reprice(self, now: datetime) -> list[Operation]:
        """Raise or lower a price by up to a tenth, between a little over and three times the product's cost."""
        product = self.popular()
        wanted = product.price * self._source.dice.randint(90, 110) // 100
        product.price = max(product.cost * 105 // 100, min(product.cost * 3, wanted))
        return [Update("product", product.id, {"price": money(product.price), "updated_at": now})]

    def give_up(self) -> tuple[Product, list[Operation]] | None:
        """Delete a product that was never on sale."""
        product = self.products.dismiss()
        return (product, [Delete("product", product.id)]) if product else None
