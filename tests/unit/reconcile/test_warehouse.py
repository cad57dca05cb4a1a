"""The sums of the warehouse, corrected and compared."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import get_args

from agents.transaction import Order
from cdc import Cents
from cdc.tallies import Measures, shared_out
from cdc.values import OrderStatus
from reconcile.numbers import Difference, Numbers
from reconcile.warehouse import differences, orders

DAY = ("2026-11-30", "paid")


def test_an_order_counts_by_its_day_and_status_whatever_its_status_is() -> None:
    for status in get_args(OrderStatus):
        order = Order(status, "card", "web", Cents(250), datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
        groups = ("2026-11-30", status)
        assert shared_out(orders(order)) == {
            ("orders", "by_day_and_status", *groups): 1,
            ("orders", "amount_by_day_and_status_cents", *groups): 250,
        }


def test_what_is_no_sum_is_left_out() -> None:
    live: Numbers = {
        ("dashboard", "revenue_total"): Decimal(5),
        ("stock", "below_reorder", "1", "quantity"): Decimal(3),
    }
    assert differences(live, [], {}) == (0, [])


def test_a_sum_that_differs_is_named() -> None:
    live: Numbers = {("revenue", "total"): Decimal("10.00")}
    corrections: list[Measures] = [
        {("revenue", "total_cents"): -250, ("events", "by_topic", "transaction", "create"): 3}
    ]
    assert differences(live, corrections, {("revenue", "total"): Decimal("7.50")}) == (1, [])
    wrong = Difference(("revenue", "total"), Decimal("7.50"), Decimal(8))
    assert differences(live, corrections, {("revenue", "total"): Decimal(8)}) == (1, [wrong])


def test_a_group_that_nothing_belongs_to_is_zero_on_either_side() -> None:
    path = ("orders", "by_day_and_status", *DAY)
    assert differences({path: Decimal(1)}, [{path: -1}], {}) == (1, [])
    assert differences({}, [], {path: Decimal(1)}) == (1, [Difference(path, Decimal(0), Decimal(1))])
