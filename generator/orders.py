"""The orders: placed, paid, shipped, delivered, or cancelled and refunded on the way."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from cdc.values import OrderStatus, ShipmentStatus
from generator.catalogue import Product
from generator.deliveries import Deliveries, Parcel
from generator.operations import Delete, Insert, Operation, Update, Values, money
from generator.people import Customer
from generator.source import Source
from generator.vocabulary import CURRENCY, PAYMENT_METHODS
from generator.warehouse import Warehouse

CANCELLED = 0.08  # of those pending
REFUNDED = 0.03  # of those paid, before they are shipped
RETURNED = 0.06  # of those in transit

LOOKED_AT = 50  # of the open orders, when one is amended

CANCELLED_KEPT = 200  # the last ones, which may be deleted; the others stay in their table

Basket = list[tuple[Product, int]]
"""Products and how many units of each."""


@dataclass(slots=True)
class Line:
    """A row of ``transactiondetail``. ``unit_price`` is in cents."""

    id: int
    product_id: int
    quantity: int
    unit_price: int


@dataclass(slots=True)
class Order:
    """A row of ``transaction`` that still moves, with its lines and its shipment."""

    id: int
    status: OrderStatus
    lines: list[Line]
    parcel: Parcel | None = None

    def total(self) -> int:
        """Return the cents of all lines."""
        return sum(line.quantity * line.unit_price for line in self.lines)

    def settled(self) -> bool:
        """Say whether nothing is left to do, for the order and for its parcel."""
        match self.status:
            case "cancelled":
                return True
            case "refunded":
                return self.parcel is None or self.parcel.status == "returned"
            case "delivered":
                return self.parcel is not None and self.parcel.status == "delivered"
        return False


@dataclass
class Orders:
    """The open orders. What each one does next follows from its row and its shipment's row alone.

    So a shop that was killed goes on where the tables stand, also between two databases: an order that is ahead
    of its shipment waits until the shipment has caught up.
    """

    source: Source
    warehouse: Warehouse
    deliveries: Deliveries
    open: list[Order]
    _cancelled: deque[int] = field(default_factory=lambda: deque(maxlen=CANCELLED_KEPT))

    def place(
        self, customer: Customer, buyer: int | None, channel: str, basket: Basket, now: datetime
    ) -> list[Operation]:
        """Place an order with its lines, for what the warehouses have of a basket; nothing where they have none."""
        lines: list[Line] = []
        movements: list[Operation] = []
        for product, units in basket:
            taken = self.warehouse.take(product.id, units)
            if taken:
                lines.append(Line(self.source.next_id("transactiondetail"), product.id, units, product.price))
                movements += taken
        if not lines:
            return []
        order = Order(self.source.next_id("transaction"), "pending", lines)
        self.open.append(order)
        row: Values = {
            "id": order.id,
            "customer_id": customer.id,
            "buyer_id": buyer,
            "status": order.status,
            "payment_method": self.source.weighted(PAYMENT_METHODS),
            "channel": channel,
            "country": customer.country,
            "currency": CURRENCY,
            "total_amount": money(order.total()),
            "created_at": now,
            "updated_at": now,
        }
        return [Insert("transaction", row), *(line_of(order, line, now) for line in lines), *movements]

    def move(self, now: datetime) -> list[Operation]:
        """Let one of the open orders do what comes next."""
        if not self.open:
            return []
        index = self.source.dice.randrange(len(self.open))
        order = self.open[index]
        operations = self._next(order, now)
        if order.settled():
            self.open[index] = self.open[-1]
            self.open.pop()
        return operations

    def _next(self, order: Order, now: datetime) -> list[Operation]:
        match order.status, order.parcel and order.parcel.status:
            case "pending", _:
                return self._cancel(order, now) if self.source.happens(CANCELLED) else self._set(order, "paid", now)
            case "paid", _:
                return self._refund(order, now) if self.source.happens(REFUNDED) else self._ship(order, now)
            case _, None:
                return self._hand_over(order, now)
            case "shipped", "created":
                return self._carry(order, "in_transit", now)
            case "shipped", "in_transit":
                return self._take_back(order, now) if self.source.happens(RETURNED) else self._deliver(order, now)
            case ("shipped", "delivered") | ("delivered", _):
                return self._deliver(order, now)
            case _:
                return self._take_back(order, now)

    def _set(self, order: Order, status: OrderStatus, now: datetime) -> list[Operation]:
        if order.status == status:
            return []
        order.status = status
        return [Update("transaction", order.id, {"status": status, "updated_at": now})]

    def _cancel(self, order: Order, now: datetime) -> list[Operation]:
        self._cancelled.append(order.id)
        return [*self._set(order, "cancelled", now), *self._put_back(order)]

    def _refund(self, order: Order, now: datetime) -> list[Operation]:
        return [*self._set(order, "refunded", now), *self._put_back(order)]

    def _ship(self, order: Order, now: datetime) -> list[Operation]:
        return [*self._set(order, "shipped", now), *self._hand_over(order, now)]

    def _hand_over(self, order: Order, now: datetime) -> list[Operation]:
        order.parcel, operations = self.deliveries.hand_over(order.id, now)
        return operations

    def _deliver(self, order: Order, now: datetime) -> list[Operation]:
        return [*self._set(order, "delivered", now), *self._carry(order, "delivered", now)]

    def _take_back(self, order: Order, now: datetime) -> list[Operation]:
        return [*self._refund(order, now), *self._carry(order, "returned", now)]

    def _carry(self, order: Order, status: ShipmentStatus, now: datetime) -> list[Operation]:
        if order.parcel is None or order.parcel.status == status:
            return []
        return self.deliveries.move(order.parcel, status, now)

    def _put_back(self, order: Order) -> list[Operation]:
        return [adjust for line in order.lines for adjust in self.warehouse.put_back(line.product_id, line.quantity)]

    def amend(self, now: datetime) -> list[Operation]:
        """Let a customer change an order before paying: take a line out, or one unit more of a product."""
        pending = [order for order in self.open[-LOOKED_AT:] if order.status == "pending" and order.lines]
        if not pending:
            return []
        order = self.source.one_of(pending)
        if len(order.lines) > 1 and self.source.happens(0.5):
            return self._take_out(order, now)
        return self._one_more(order, now)

    def _take_out(self, order: Order, now: datetime) -> list[Operation]:
        line = order.lines.pop()
        movements = self.warehouse.put_back(line.product_id, line.quantity)
        return [Delete("transactiondetail", line.id), self._retotal(order, now), *movements]

    def _one_more(self, order: Order, now: datetime) -> list[Operation]:
        line = order.lines[0]
        movements = self.warehouse.take(line.product_id, 1)
        if not movements:
            return []
        line.quantity += 1
        return [
            Update("transactiondetail", line.id, {"quantity": line.quantity}),
            self._retotal(order, now),
            *movements,
        ]

    def _retotal(self, order: Order, now: datetime) -> Update:
        return Update("transaction", order.id, {"total_amount": money(order.total()), "updated_at": now})

    def purge(self, _now: datetime) -> list[Operation]:
        """Delete the order that was cancelled longest ago, and its lines with it."""
        return [Delete("transaction", self._cancelled.popleft())] if self._cancelled else []


def line_of(order: Order, line: Line, now: datetime) -> Insert:
    """Return the row of an order's line."""
    row: Values = {
        "id": line.id,
        "transaction_id": order.id,
        "product_id": line.product_id,
        "quantity": line.quantity,
        "unit_price": money(line.unit_price),
        "created_at": now,
    }
    return Insert("transactiondetail", row)
