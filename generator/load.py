"""Reads from the tables what a shop works with. Every query is bounded, however large the tables are."""

from datetime import datetime
from typing import Any

from generator.catalogue import Product
from generator.deliveries import Parcel
from generator.orders import Line, Order
from generator.people import Customer
from generator.pool import MEMBERS
from generator.shop import State
from generator.storage import Storage, script
from generator.warehouse import Shelf
from settings import Database

LAST_ORDERS = 5_000
"""Far more than are open at a time, and than a batch has: a shop that was killed may have done with an order before
its shipment was written.
"""


def load(storage: Storage, now: datetime) -> State:
    """Return the shop as it stands in its tables, with the orders that were placed until a moment."""

    def rows(database: Database, query: str, **values: Any) -> list[tuple[Any, ...]]:
        return storage.read(database, script(query), limit=MEMBERS, **values)

    products = [Product(*row) for row in rows(Database.INSTASHOP, "products.sql")]
    shelves = rows(Database.ERP, "shelves.sql", products=[product.id for product in products])
    return State(
        customers=[Customer(*row) for row in rows(Database.INSTASHOP, "customers.sql")],
        buyers=[number for (number,) in rows(Database.INSTASHOP, "buyers.sql")],
        products=products,
        shelves=[Shelf(*row) for row in shelves],
        carriers=[number for (number,) in rows(Database.ECOMMERCE, "carriers.sql")],
        orders=load_orders(storage, now),
    )


def load_orders(storage: Storage, now: datetime) -> list[Order]:
    """Return the orders that still have something to do, the oldest first."""
    orders = storage.read(Database.INSTASHOP, script("orders.sql"), now=now, limit=LAST_ORDERS)
    numbers = [number for number, _, _ in orders]
    parcels = {
        order: Parcel(number, status)
        for order, number, status in storage.read(Database.ECOMMERCE, script("parcels.sql"), orders=numbers)
    }
    loaded = [
        Order(number, status, [Line(*line) for line in lines], parcels.get(number)) for number, status, lines in orders
    ]
    return [order for order in loaded if not order.settled()]
