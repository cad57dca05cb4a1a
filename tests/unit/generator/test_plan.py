"""Operations that are written together come to the same as one by one."""

from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from generator.operations import Adjust, Delete, Insert, Update
from generator.plan import ORDER, Statement, Transaction, plan
from settings import SOURCES, Database
from tests.unit.generator.tables import Tables
from tests.unit.generator.test_shop import events, opened, operations


@settings(max_examples=15, deadline=None)
@given(st.integers(min_value=0, max_value=2**32), st.integers(min_value=1, max_value=400))
def test_a_batch_leaves_the_tables_that_single_operations_leave(seed: int, count: int) -> None:
    shop, single = opened(seed)
    _, batched = opened(seed)
    batch = operations(events(shop, count))
    single.apply(batch)
    for transaction in plan(batch):
        batched.commit(transaction.statements)
        assert batched.totals_equal_lines()
    assert batched.rows == single.rows
    assert moves_by_row(batched) == moves_by_row(single)


def moves_by_row(tables: Tables) -> dict[tuple[str, int], list[Any]]:
    moves = defaultdict(list)
    for table, number, before, after in tables.moves:
        moves[table, number].append((before, after))
    return moves


def test_a_rows_second_change_waits_for_the_second_round() -> None:
    changes = [Update("transaction", 1, {"status": status}) for status in ("paid", "shipped")]
    changes.append(Update("transaction", 2, {"status": "cancelled"}))
    (transaction,) = plan(changes)
    assert transaction.statements == [
        Statement("update", "transaction", ("id", "status"), [(1, "paid"), (2, "cancelled")]),
        Statement("update", "transaction", ("id", "status"), [(1, "shipped")]),
    ]


def test_units_that_come_and_go_are_added_up() -> None:
    (transaction,) = plan([Adjust(4, -3), Adjust(5, -1), Adjust(4, 10), Adjust(5, 1)])
    assert transaction.statements == [Statement("adjust", "stock", ("id", "quantity"), [(4, 7)])]


def test_a_product_goes_after_its_stock_and_orders_come_before_their_shipments() -> None:
    transactions = list(
        plan(
            [
                Delete("product", 1),
                Delete("stock", 1),
                Insert("shipment", {"id": 1, "transaction_id": 1}),
                Insert("transactiondetail", {"id": 1, "transaction_id": 1}),
                Insert("transaction", {"id": 1}),
            ]
        )
    )
    assert [transaction.database for transaction in transactions] == [
        Database.INSTASHOP,
        Database.ECOMMERCE,
        Database.ERP,
        Database.INSTASHOP,
    ]
    assert [statement.table for statement in transactions[0].statements] == ["transaction", "transactiondetail"]
    assert set(ORDER) == set(SOURCES)


def test_nothing_is_written_for_nothing() -> None:
    assert list(plan([])) == []
    assert list(plan([Adjust(1, 2), Adjust(1, -2)])) in ([], [Transaction(Database.ERP, [])])
