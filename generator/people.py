"""The customers, and the buyers who order on behalf of some of them."""

from datetime import datetime
from typing import NamedTuple

from generator.operations import Delete, Insert, Operation, Update, Values
from generator.pool import Pool
from generator.source import Source
from generator.vocabulary import COUNTRIES, SEGMENTS


class Customer(NamedTuple):
    """A customer, with the country that the orders go to."""

    id: int
    country: str


class People:
    """Signs customers up, moves them between segments, forgets those who never ordered."""

    def __init__(self, source: Source, customers: list[Customer], buyers: list[int]) -> None:
        self._source = source
        self.customers = Pool(customers)
        self.buyers = Pool(buyers)

    def sign_up(self, now: datetime) -> list[Operation]:
        """Welcome a new customer."""
        customer = Customer(self._source.next_id("customer"), self._source.weighted(COUNTRIES))
        self.customers.welcome(customer)
        row: Values = {
            **self._person(customer.id, now),
            "country": customer.country,
            "segment": self._source.weighted(SEGMENTS),
            "updated_at": now,
        }
        return [Insert("customer", row)]

    def hire(self, now: datetime) -> list[Operation]:
        """Welcome a new buyer."""
        buyer = self._source.next_id("buyer")
        self.buyers.welcome(buyer)
        return [Insert("buyer", self._person(buyer, now))]

    def change_segment(self, now: datetime) -> list[Operation]:
        """Move a customer into a segment, maybe another."""
        customer = self._source.one_of(self.customers.members)
        changes: Values = {"segment": self._source.weighted(SEGMENTS), "updated_at": now}
        return [Update("customer", customer.id, changes)]

    def forget(self, _now: datetime) -> list[Operation]:
        """Delete a customer who never ordered."""
        customer = self.customers.dismiss()
        return [Delete("customer", customer.id)] if customer else []

    def _person(self, number: int, now: datetime) -> Values:
        name = self._source.names.name()
        mailbox = "".join(letter for letter in name.lower().replace(" ", ".") if letter.isalpha() or letter == ".")
        return {"id": number, "name": name, "email": f"{mailbox}.{number}@example.com", "created_at": now}
