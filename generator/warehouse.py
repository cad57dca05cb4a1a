"""The stock: it falls with each sale, and is refilled where it is low."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from generator.catalogue import Product
from generator.operations import Adjust, Delete, Insert, Operation, Values, money
from generator.source import Source
from generator.vocabulary import WAREHOUSES

# With each order, one in so many of the shelves that are low is refilled: some always are, but not for long.
LOW_SHELVES_A_REFILL = 150


@dataclass(slots=True)
class Shelf:
    """A row of ``stock``: the units of a product in a warehouse. ``unit_cost`` is in cents."""

    id: int
    product_id: int
    warehouse: str
    quantity: int
    reorder_level: int
    unit_cost: int


class Warehouse:
    """Knows how many units of each product lie where."""

    def __init__(self, source: Source, shelves: list[Shelf]) -> None:
        self._source = source
        self._shelves: dict[int, list[Shelf]] = {}
        self._low: deque[Shelf] = deque()
        for shelf in shelves:
            self._put_up(shelf)

    def stock_up(self, product: Product, now: datetime) -> list[Operation]:
        """Bring a product that lies nowhere into two or three warehouses."""
        if product.id in self._shelves:
            return []
        places = self._source.dice.sample(WAREHOUSES, k=self._source.dice.randint(2, 3))
        level = self._source.dice.randint(10, 40)
        return [
            self._open(product.id, place, self._source.dice.randint(level, 10 * level), level, product.cost, now)
            for place in places
        ]

    def take(self, product_id: int, units: int) -> list[Operation]:
        """Take units of a product from one warehouse; none if no warehouse has as many."""
        for shelf in self._shelves.get(product_id, ()):
            if shelf.quantity >= units:
                return [self._adjust(shelf, -units)]
        return []

    def put_back(self, product_id: int, units: int) -> list[Operation]:
        """Put units that come back on the product's first shelf."""
        shelves = self._shelves.get(product_id)
        return [self._adjust(shelves[0], units)] if shelves else []

    def refill(self, _now: datetime) -> list[Operation]:
        """Refill the shelf that has been low for longest, if it is its turn."""
        while self._source.happens(len(self._low) / LOW_SHELVES_A_REFILL):
            shelf = self._low.popleft()
            if shelf.quantity < shelf.reorder_level:
                return [self._adjust(shelf, shelf.reorder_level * self._source.dice.randint(4, 10))]
        return []

    def relocate(self, product_id: int, now: datetime) -> list[Operation]:
        """Move what lies on a product's last shelf to a warehouse that has none of it."""
        shelves = self._shelves.get(product_id)
        free = sorted(set(WAREHOUSES) - {shelf.warehouse for shelf in shelves or ()})
        if not shelves or not free:
            return []
        old = shelves.pop()
        level, old.reorder_level = old.reorder_level, 0  # nobody refills it any more
        place = self._source.one_of(free)
        new = self._open(product_id, place, old.quantity, level, old.unit_cost, now)
        return [new, Delete("stock", old.id)]

    def clear(self, product_id: int) -> list[Operation]:
        """Delete all stock of a product that is given up."""
        shelves = self._shelves.pop(product_id, [])
        for shelf in shelves:
            shelf.reorder_level = 0
        return [Delete("stock", shelf.id) for shelf in shelves]

    def _open(self, product_id: int, place: str, units: int, level: int, cost: int, now: datetime) -> Insert:
        shelf = Shelf(self._source.next_id("stock"), product_id, place, units, level, cost)
        self._put_up(shelf)
        row: Values = {
            "id": shelf.id,
            "product_id": product_id,
            "warehouse": place,
            "quantity": units,
            "reorder_level": level,
            "unit_cost": money(cost),
            "updated_at": now,
        }
        return Insert("stock", row)

    def _put_up(self, shelf: Shelf) -> None:
        self._shelves.setdefault(shelf.product_id, []).append(shelf)
        if shelf.quantity < shelf.reorder_level:
            self._low.append(shelf)

    def _adjust(self, shelf: Shelf, units: int) -> Adjust:
        was_low = shelf.quantity < shelf.reorder_level
        shelf.quantity += units
        if shelf.quantity < shelf.reorder_level and not was_low:
            self._low.append(shelf)
        return Adjust(shelf.id, units)
