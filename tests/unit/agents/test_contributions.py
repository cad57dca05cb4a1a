"""What a row of each table adds to the measures, from the JSON that Debezium writes of it."""

import json
from typing import Any

import pytest

from agents import carrier, customer, interaction, product, shipment, stock, transaction, transactiondetail
from cdc import Change, ChangeDecoder, Malformed, Measures, change_of
from cdc.items import OrderLine
from cdc.products import Product
from cdc.totals import EVENTS

AGENTS: dict[str, tuple[Any, Any]] = {
    "carrier": (carrier.Carrier, carrier.contributions),
    "customer": (customer.Customer, customer.contributions),
    "interaction": (interaction.Interaction, interaction.contributions),
    "product": (Product, product.contributions),
    "shipment": (shipment.Shipment, shipment.contributions),
    "stock": (stock.Stock, stock.contributions),
    "transaction": (transaction.Order, transaction.contributions),
    "transactiondetail": (OrderLine, transactiondetail.contributions),
}

ORDER = {
    "id": 7,
    "customer_id": 3,
    "buyer_id": None,
    "status": "paid",
    "payment_method": "card",
    "channel": "web",
    "country": "DE",
    "currency": "EUR",
    "total_amount": "1250.50",
    "created_at": "2026-11-24T23:59:59.999999Z",
    "updated_at": "2026-11-25T08:00:00Z",
}
LINE = {
    "id": 1,
    "transaction_id": 7,
    "product_id": 5,
    "quantity": 3,
    "unit_price": "19.99",
    "created_at": "2026-11-24T12:00:00Z",
}
SHIPMENT = {
    "id": 1,
    "transaction_id": 7,
    "carrier_id": 4,
    "status": "delivered",
    "promised_at": "2026-11-24T12:00:00Z",
    "delivered_at": "2026-11-24T12:00:00Z",
}
STOCK = {"id": 9, "product_id": 5, "warehouse": "Lyon", "quantity": 3, "reorder_level": 4, "unit_cost": "2.50"}


def change(topic: str, op: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Change:
    """Return what an event of a topic does, as its agent counts it."""
    row, contributions = AGENTS[topic]
    event = {"op": op, "before": before, "after": after, "source": {"lsn": 1, "ts_ms": 0}}
    return change_of(topic, 0, ChangeDecoder(row)(json.dumps(event).encode()), contributions)


def added(topic: str, row: dict[str, Any]) -> Measures:
    """Return what a row adds while it exists."""
    return rows_of(change(topic, "c", None, row))


def rows_of(change: Change) -> Measures:
    return {path: amount for path, amount in change.difference.items() if path[0] != EVENTS}


def test_a_paid_order_counts_as_revenue_on_the_utc_day_of_its_placing() -> None:
    assert added("transaction", ORDER) == {
        ("transactions", "count"): 1,
        ("transactions", "by_status", "paid"): 1,
        ("transactions", "by_payment_method", "card"): 1,
        ("transactions", "by_channel", "web"): 1,
        ("revenue", "orders"): 1,
        ("revenue", "total_cents"): 125_050,
        ("revenue", "by_day_cents", "2026-11-24"): 125_050,
        ("revenue", "by_status_cents", "paid"): 125_050,
    }


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("pending", False),
        ("paid", True),
        ("shipped", True),
        ("delivered", True),
        ("cancelled", False),
        ("refunded", False),
    ],
)
def test_states_that_count_as_revenue(status: str, counts: bool) -> None:
    measures = added("transaction", ORDER | {"status": status})
    assert measures["transactions", "by_status", status] == 1
    assert (("revenue", "total_cents") in measures) is counts


def test_a_moment_elsewhere_belongs_to_its_utc_day() -> None:
    measures = added("transaction", ORDER | {"created_at": "2026-11-25T00:30:00+01:00"})
    assert ("revenue", "by_day_cents", "2026-11-24") in measures


def test_an_order_that_is_cancelled_takes_back_its_revenue_and_nothing_else() -> None:
    assert rows_of(change("transaction", "u", ORDER, ORDER | {"status": "cancelled"})) == {
        ("transactions", "by_status", "paid"): -1,
        ("transactions", "by_status", "cancelled"): 1,
        ("revenue", "orders"): -1,
        ("revenue", "total_cents"): -125_050,
        ("revenue", "by_day_cents", "2026-11-24"): -125_050,
        ("revenue", "by_status_cents", "paid"): -125_050,
    }


def test_a_deleted_row_takes_back_all_that_it_added() -> None:
    deleted = rows_of(change("transaction", "d", ORDER, None))
    assert deleted == {path: -amount for path, amount in added("transaction", ORDER).items()}


def test_an_order_line_counts_its_units_and_what_they_came_to() -> None:
    assert added("transactiondetail", LINE) == {
        ("transactiondetail", "count"): 1,
        ("transactiondetail", "units"): 3,
        ("transactiondetail", "revenue_cents"): 5_997,
    }


@pytest.mark.parametrize(
    ("delivered_at", "punctuality"),
    [
        ("2026-11-24T12:00:00Z", "on_time"),  # at the promised moment
        ("2026-11-24T12:00:00.000001Z", "late"),
        ("2026-11-24T13:30:00+02:00", "on_time"),
    ],
)
def test_a_delivered_shipment_is_on_time_or_late(delivered_at: str, punctuality: str) -> None:
    assert added("shipment", SHIPMENT | {"delivered_at": delivered_at}) == {
        ("shipments", "count"): 1,
        ("shipments", "by_status", "delivered"): 1,
        ("shipments", "by_carrier", "4"): 1,
        ("shipments", punctuality): 1,
    }


def test_a_shipment_on_its_way_is_neither_on_time_nor_late() -> None:
    measures = added("shipment", SHIPMENT | {"status": "in_transit", "delivered_at": None})
    assert {path[1] for path in measures} == {"count", "by_status", "by_carrier"}


def test_stock_below_its_reorder_level_is_named() -> None:
    row = ("stock", "below_reorder", "9", "5", "Lyon")
    assert added("stock", STOCK) == {
        ("stock", "count"): 1,
        ("stock", "units"): 3,
        ("stock", "value_cents"): 750,
        (*row, "rows"): 1,
        (*row, "quantity"): 3,
        (*row, "reorder_level"): 4,
    }


def test_stock_at_its_reorder_level_is_enough() -> None:
    assert not [path for path in added("stock", STOCK | {"quantity": 4}) if path[1] == "below_reorder"]


def test_stock_that_falls_below_its_level_changes_units_and_value_and_is_named() -> None:
    fallen = rows_of(change("stock", "u", STOCK | {"quantity": 5}, STOCK))
    assert fallen["stock", "units"] == -2
    assert fallen["stock", "value_cents"] == -500
    assert fallen["stock", "below_reorder", "9", "5", "Lyon", "rows"] == 1
    assert ("stock", "count") not in fallen


def test_people_products_visits_and_carriers_are_counted_by_what_they_are() -> None:
    assert added("customer", {"id": 1, "country": "FR", "segment": "vip"}) == {
        ("customers", "count"): 1,
        ("customers", "by_country", "FR"): 1,
        ("customers", "by_segment", "vip"): 1,
    }
    assert added("product", {"id": 1, "name": "Top", "category": "toys"}) == {
        ("products", "count"): 1,
        ("products", "by_category", "toys"): 1,
    }
    assert added("interaction", {"id": 1, "type": "cart", "product_id": None}) == {
        ("interactions", "count"): 1,
        ("interactions", "by_type", "cart"): 1,
    }
    assert added("carrier", {"id": 1}) == {("carriers", "count"): 1}


@pytest.mark.parametrize(
    ("topic", "row"),
    [
        ("transaction", ORDER | {"status": "lost"}),
        ("transaction", ORDER | {"total_amount": 1250.5}),  # a float is not exact
        ("transaction", ORDER | {"total_amount": "0.005"}),
        ("transaction", ORDER | {"created_at": "2026-11-24T23:59:59"}),  # of which time zone?
        ("shipment", SHIPMENT | {"promised_at": None}),
        ("stock", STOCK | {"warehouse": ""}),
    ],
)
def test_a_value_that_its_column_cannot_have_is_malformed(topic: str, row: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        change(topic, "c", None, row)
