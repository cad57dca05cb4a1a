"""The shop: what happens in it, one event after the other. Pure: chance, ids and time come from outside."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from generator.catalogue import Catalogue, Product
from generator.deliveries import Deliveries
from generator.operations import Event, Operation
from generator.orders import Basket, Order, Orders
from generator.people import Customer, People
from generator.sessions import Sessions
from generator.source import Source
from generator.vocabulary import CARRIERS, CHANNELS, LINES, UNITS
from generator.warehouse import Shelf, Warehouse

# Seven of ten events are transactions, exactly: they are dealt like cards.
DECK = ("transaction",) * 7 + ("behaviour",) * 3

# What a shop has at the least before it opens.
CUSTOMERS = 50
BUYERS = 100
PRODUCTS = 200

# With each order that is placed, one in so many of the open orders moves on. An order moves four or five times, so
# that about 180 are open at any speed, and an order takes half a minute at ten events a second.
OPEN_ORDERS_A_MOVE = 40

BUYS_THROUGH_BUYER = 0.4
FROM_WEB_VISIT = 0.8  # of the orders, while a visitor has bought something

Task = Callable[[datetime], list[Operation]]


@dataclass
class State:
    """What the tables hold of a shop: its rows, as far as it works with them."""

    customers: list[Customer] = field(default_factory=list)
    buyers: list[int] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    shelves: list[Shelf] = field(default_factory=list)
    carriers: list[int] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)


class Shop:
    """A shop that decides what happens next."""

    def __init__(self, source: Source, state: State) -> None:
        self._source = source
        self._people = People(source, state.customers, state.buyers)
        self._catalogue = Catalogue(source, state.products)
        self._warehouse = Warehouse(source, state.shelves)
        self._deliveries = Deliveries(source, state.carriers)
        self._orders = Orders(source, self._warehouse, self._deliveries, state.orders)
        self._sessions = Sessions(source, self._people, self._catalogue)
        self._deck: list[str] = []
        # What is done beside the orders and the visits, and the chance of each with one of them.
        self._staffs_tasks: dict[Task, float] = {
            self._warehouse.refill: 1.0,
            self._relocate: 0.01,
            self._catalogue.reprice: 0.03,
            self._launch: 0.01,
            self._give_up: 0.005,
            self._orders.amend: 0.05,
            self._orders.purge: 0.02,
            self._people.sign_up: 0.03,
            self._people.change_segment: 0.02,
            self._people.forget: 0.01,
            self._people.hire: 0.01,
            self._deliveries.sign_contract: 0.004,
            self._deliveries.rename: 0.004,
            self._deliveries.end_contract: 0.004,
            self._deliveries.start: 0.0005,
            self._admit: 0.01,
        }
        self._visitors_tasks: dict[Task, float] = {
            self._sessions.fulfil_wish: 0.02,
            self._sessions.drop_wish: 0.02,
        }

    def furnish(self, now: datetime) -> list[Operation]:
        """Return what is missing of a shop's base data: people, carriers, products and their stock."""
        people, carriers, products = self._people, self._deliveries.carriers, self._catalogue.products
        operations: list[Operation] = []
        while len(people.customers.members) < CUSTOMERS:
            operations += people.sign_up(now)
            people.customers.admit()
        while len(people.buyers.members) < BUYERS:
            operations += people.hire(now)
            people.buyers.admit()
        for name in list(CARRIERS)[len(carriers.members) :]:
            operations += self._deliveries.sign_contract(now, name)
            carriers.admit()
        while len(products.members) < PRODUCTS:
            operations += self._catalogue.launch(now)[1]
            products.admit()
        for product in products.members:
            operations += self._warehouse.stock_up(product, now)
        return operations

    def event(self, now: datetime) -> Event:
        """Let one thing happen."""
        if not self._deck:
            self._deck = list(DECK)
            self._source.dice.shuffle(self._deck)
        if self._deck.pop() == "behaviour":
            return Event("behaviour", [*self._sessions.step(now), *self._now_and_then(self._visitors_tasks, now)])
        return Event("transaction", self._trade(now))

    def _trade(self, now: datetime) -> list[Operation]:
        """Place an order, and let those who work in the shop do their part."""
        operations = self._order(now)
        moves, part = divmod(len(self._orders.open), OPEN_ORDERS_A_MOVE)
        for _ in range(moves + self._source.happens(part / OPEN_ORDERS_A_MOVE)):
            operations += self._orders.move(now)
        return operations + self._now_and_then(self._staffs_tasks, now)

    def _order(self, now: datetime) -> list[Operation]:
        checkouts = self._sessions.checkouts
        buyer = self._source.one_of(self._people.buyers.members) if self._source.happens(BUYS_THROUGH_BUYER) else None
        if checkouts and self._source.happens(FROM_WEB_VISIT):
            visit = checkouts.popleft()
            return self._orders.place(visit.customer, buyer, "web", self._basket(visit.product), now)
        customer = self._source.one_of(self._people.customers.members)
        channel = self._source.weighted(CHANNELS)
        return self._orders.place(customer, buyer, channel, self._basket(self._catalogue.popular()), now)

    def _basket(self, first: Product) -> Basket:
        """Fill a basket: one product, and others with it."""
        products = {first.id: first}
        for _ in range(self._source.weighted(LINES) - 1):
            product = self._catalogue.popular()
            products[product.id] = product
        return [(product, self._source.weighted(UNITS)) for product in products.values()]

    def _now_and_then(self, tasks: dict[Task, float], now: datetime) -> list[Operation]:
        return [op for task, chance in tasks.items() if self._source.happens(chance) for op in task(now)]

    def _relocate(self, now: datetime) -> list[Operation]:
        return self._warehouse.relocate(self._catalogue.popular().id, now)

    def _launch(self, now: datetime) -> list[Operation]:
        product, operations = self._catalogue.launch(now)
        return [*operations, *self._warehouse.stock_up(product, now)]

    def _give_up(self, _now: datetime) -> list[Operation]:
        given_up = self._catalogue.give_up()
        if given_up is None:
            return []
        product, operations = given_up
        return [*self._warehouse.clear(product.id), *operations]

    def _admit(self, _now: datetime) -> list[Operation]:
        """Let the newcomers be customers, buyers and products like the others."""
        for pool in (self._people.customers, self._people.buyers, self._catalogue.products):
            pool.admit()
        return []
