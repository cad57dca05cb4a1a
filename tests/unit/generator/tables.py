"""The shop's tables in memory, with the constraints that the real ones have and those that only the generator keeps."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from databases import TABLES
from generator.catalogue import Product
from generator.deliveries import Parcel
from generator.operations import Adjust, Delete, Insert, Operation, Update
from generator.orders import Line, Order
from generator.people import Customer
from generator.plan import Statement, table_of
from generator.shop import State
from generator.warehouse import Shelf

REFERENCES = {
    "transaction": {"customer_id": "customer", "buyer_id": "buyer"},
    "transactiondetail": {"transaction_id": "transaction", "product_id": "product"},
    "shipment": {"transaction_id": "transaction", "carrier_id": "carrier"},
    "stock": {"product_id": "product"},
    "interaction": {"customer_id": "customer", "product_id": "product"},
}
HISTORY = {"interaction"}  # tells of customers and products that may be gone

EDGES = {
    ("pending", "paid"), ("pending", "cancelled"), ("paid", "shipped"), ("paid", "refunded"),
    ("shipped", "delivered"), ("shipped", "refunded"),
    ("created", "in_transit"), ("in_transit", "delivered"), ("in_transit", "returned"),
}  # fmt: skip

Row = dict[str, Any]


class Tables:
    def __init__(self) -> None:
        self.rows: dict[str, dict[int, Row]] = {table: {} for tables in TABLES.values() for table in tables}
        self._ids: dict[str, Iterator[int]] = defaultdict(lambda: count(1))
        self.moves: list[tuple[str, int, str, str]] = []

    def next_id(self, table: str) -> int:
        return next(self._ids[table])

    def apply(self, operations: Iterable[Operation]) -> None:
        for operation in operations:
            match operation:
                case Insert(table, row):
                    self._insert(table, dict(row))
                case Update(table, number, changes):
                    self._update(table, number, dict(changes))
                case Adjust(number, units):
                    self._update("stock", number, {"quantity": self.rows["stock"][number]["quantity"] + units})
                case Delete():
                    self._delete(table_of(operation), operation.id)

    def commit(self, statements: Iterable[Statement]) -> None:
        """Do what PostgreSQL would do with these statements."""
        for kind, table, columns, rows in statements:
            numbers = [row[columns.index("id")] for row in rows]
            assert len(set(numbers)) == len(numbers), "a statement names a row twice"
            for values in rows:
                row = dict(zip(columns, values, strict=True))
                number: int = row["id"]  # type: ignore[assignment]
                match kind:
                    case "insert":
                        self._insert(table, row)
                    case "update":
                        self._update(table, number, row)
                    case "adjust":
                        quantity: Any = row["quantity"]
                        self._update(table, number, {"quantity": self.rows[table][number]["quantity"] + quantity})
                    case "delete":
                        self._delete(table, number)

    def _insert(self, table: str, row: Row) -> None:
        assert row["id"] not in self.rows[table]
        for column, referred in REFERENCES.get(table, {}).items():
            assert row[column] is None or row[column] in self.rows[referred], (table, row)
        self._check(table, row)
        self.rows[table][row["id"]] = row

    def _update(self, table: str, number: int, changes: Row) -> None:
        row = self.rows[table][number]
        if "status" in changes and changes["status"] != row["status"]:
            self.moves.append((table, number, row["status"], changes["status"]))
        row |= changes
        self._check(table, row)

    def _delete(self, table: str, number: int) -> None:
        del self.rows[table][number]
        lines = self.rows["transactiondetail"]
        if table == "transaction":
            for line in [line["id"] for line in lines.values() if line["transaction_id"] == number]:
                del lines[line]
        for referring, columns in REFERENCES.items():
            for column, referred in columns.items():
                if referred == table and referring not in HISTORY:
                    assert all(row[column] != number for row in self.rows[referring].values()), (table, number)

    @staticmethod
    def _check(table: str, row: Row) -> None:
        if "quantity" in row:
            assert row["quantity"] >= (0 if table == "stock" else 1)
        for column in ("price", "cost", "unit_price", "unit_cost", "total_amount"):
            if column in row:
                assert isinstance(row[column], Decimal)
                assert 0 <= row[column] < 10**10
                assert row[column] == row[column].quantize(Decimal("0.01"))
        if row.get("status") == "delivered" and table == "shipment":
            assert isinstance(row["delivered_at"], datetime)

    def totals_equal_lines(self) -> bool:
        sums: dict[int, Decimal] = defaultdict(Decimal)
        for line in self.rows["transactiondetail"].values():
            sums[line["transaction_id"]] += line["quantity"] * line["unit_price"]
        return {number: order["total_amount"] for number, order in self.rows["transaction"].items()} == sums

    def state(self) -> State:
        """Read a shop as `generator.load` does."""
        parcels = {row["transaction_id"]: Parcel(row["id"], row["status"]) for row in self.rows["shipment"].values()}
        lines: dict[int, list[Line]] = defaultdict(list)
        for row in self.rows["transactiondetail"].values():
            line = Line(row["id"], row["product_id"], row["quantity"], cents(row["unit_price"]))
            lines[row["transaction_id"]].append(line)
        orders = [
            Order(number, row["status"], lines[number], parcels.get(number))
            for number, row in sorted(self.rows["transaction"].items())
        ]
        return State(
            customers=[Customer(row["id"], row["country"]) for row in self.rows["customer"].values()],
            buyers=list(self.rows["buyer"]),
            products=[
                Product(row["id"], cents(row["price"]), cents(row["cost"])) for row in self.rows["product"].values()
            ],
            shelves=[
                Shelf(
                    row["id"], row["product_id"], row["warehouse"], row["quantity"], row["reorder_level"],
                    cents(row["unit_cost"]),
                )
                for row in self.rows["stock"].values()
            ],
            carriers=list(self.rows["carrier"]),
            orders=[order for order in orders if not order.settled()],
        )  # fmt: skip


def cents(amount: Decimal) -> int:
    return int(amount * 100)
