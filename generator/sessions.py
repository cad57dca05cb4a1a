"""The visits to the web shop: a chain of views, searches, carts and purchases, one interaction after the other."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cdc.values import InteractionType
from generator.catalogue import Catalogue, Product
from generator.operations import Delete, Insert, Operation, Update, Values
from generator.people import Customer, People
from generator.source import Source

# What follows a step, each with its weight. None is the end of the visit.
FOLLOWS: dict[InteractionType | None, dict[InteractionType | None, int]] = {
    None: {"view": 75, "search": 25},
    "search": {"view": 80, "search": 10, None: 10},
    "view": {"view": 35, "cart": 30, "wishlist": 8, "search": 7, None: 20},
    "wishlist": {"view": 60, "cart": 15, None: 25},
    "cart": {"purchase": 55, "view": 20, None: 25},
    "purchase": {"review": 12, None: 88},
    "review": {None: 100},
}

VISITORS = 40  # at the same time
CHECKOUTS = 200  # carts that were bought and whose order is still to be placed
WISHES = 500  # the last ones, which may yet change


@dataclass(slots=True)
class Session:
    """A customer's visit: where it stands, and the product in hand."""

    id: str
    customer: Customer
    product: Product
    step: InteractionType | None = None


class Sessions:
    """The visits that go on."""

    def __init__(self, source: Source, people: People, catalogue: Catalogue) -> None:
        self._source = source
        self._people = people
        self._catalogue = catalogue
        self._visits: list[Session] = []
        self._wishes: deque[int] = deque(maxlen=WISHES)
        self.checkouts: deque[Session] = deque(maxlen=CHECKOUTS)

    def step(self, now: datetime) -> list[Operation]:
        """Let one visitor go one step on. One who leaves gives the place to the next visitor."""
        visit = self._visit()
        step = self._source.weighted(FOLLOWS[visit.step])
        if step is None:
            self._visits.remove(visit)
            return self.step(now)
        if step == "view":
            visit.product = self._catalogue.popular()
        visit.step = step
        interaction = self._source.next_id("interaction")
        if step == "purchase":
            self.checkouts.append(visit)
        if step == "wishlist":
            self._wishes.append(interaction)
        row: Values = {
            "id": interaction,
            "customer_id": visit.customer.id,
            "session_id": visit.id,
            "product_id": None if step == "search" else visit.product.id,
            "type": step,
            "created_at": now,
        }
        return [Insert("interaction", row)]

    def fulfil_wish(self, _now: datetime) -> list[Operation]:
        """Put the oldest wish into the cart."""
        return [Update("interaction", self._wishes.popleft(), {"type": "cart"})] if self._wishes else []

    def drop_wish(self, _now: datetime) -> list[Operation]:
        """Delete the oldest wish."""
        return [Delete("interaction", self._wishes.popleft())] if self._wishes else []

    def _visit(self) -> Session:
        place = self._source.dice.randrange(VISITORS)
        if place < len(self._visits):
            return self._visits[place]
        visit = Session(
            str(UUID(int=self._source.dice.getrandbits(128), version=4)),
            self._source.one_of(self._people.customers.members),
            self._catalogue.popular(),
        )
        self._visits.append(visit)
        return visit
