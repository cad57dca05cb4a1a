"""What holds for the shop whatever chance decides."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from generator.operations import Adjust, Event, Insert, Operation, Update
from generator.orders import Order
from generator.plan import plan, table_of
from generator.sessions import FOLLOWS
from generator.shop import Shop, State
from generator.source import Source
from tests.unit.generator.tables import EDGES, Tables

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

seeds = st.integers(min_value=0, max_value=2**32)
few = settings(max_examples=15, deadline=None)


def opened(seed: int) -> tuple[Shop, Tables]:
    tables = Tables()
    shop = Shop(Source.seeded(seed, tables.next_id), State())
    tables.apply(shop.furnish(NOON))
    return shop, tables


def events(shop: Shop, count: int) -> list[Event]:
    return [shop.event(NOON + timedelta(seconds=number)) for number in range(count)]


def operations(happened: list[Event]) -> list[Operation]:
    return [operation for event in happened for operation in event.operations]


def test_base_data_is_made_once() -> None:
    _, tables = opened(seed=1)
    rows = {table: len(rows) for table, rows in tables.rows.items() if rows}
    assert rows == {"customer": 50, "buyer": 100, "product": 200, "carrier": 6, "stock": len(tables.rows["stock"])}
    assert {row["product_id"] for row in tables.rows["stock"].values()} == set(tables.rows["product"])
    assert Shop(Source.seeded(2, tables.next_id), tables.state()).furnish(NOON) == []


@few
@given(seeds)
def test_every_state_between_two_events_is_whole(seed: int) -> None:
    shop, tables = opened(seed)
    for event in events(shop, 300):
        tables.apply(event.operations)
        assert tables.totals_equal_lines()
    assert {(before, after) for _, _, before, after in tables.moves} <= EDGES


@few
@given(seeds, st.integers(min_value=0, max_value=4), st.integers(min_value=1, max_value=200))
def test_a_shop_that_was_killed_between_two_databases_goes_on_and_ends_whole(
    seed: int, committed: int, batch: int
) -> None:
    shop, tables = opened(seed)
    tables.apply(operations(events(shop, 200)))
    for transaction in list(plan(operations(events(shop, batch))))[:committed]:
        tables.commit(transaction.statements)

    successor = Shop(Source.seeded(seed + 1, tables.next_id), tables.state())
    tables.apply(successor.furnish(NOON))
    killed_at = set(tables.rows["transaction"])
    tables.apply(operations(events(successor, 1_500)))

    assert tables.totals_equal_lines()
    parcels = {row["transaction_id"]: row["status"] for row in tables.rows["shipment"].values()}
    for number in killed_at & set(tables.rows["transaction"]):
        match tables.rows["transaction"][number]["status"]:
            case "delivered":
                assert parcels[number] == "delivered"
            case "refunded":
                assert parcels.get(number, "returned") == "returned"
            case status:
                assert status == "cancelled"


def test_a_seed_repeats_a_run() -> None:
    runs = [
        [*shop.furnish(NOON), *operations(events(shop, 500))] for shop in (opened(7)[0], opened(7)[0], opened(8)[0])
    ]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


@few
@given(seeds)
def test_seven_of_ten_events_are_transactions(seed: int) -> None:
    kinds = [event.kind for event in events(opened(seed)[0], 50)]
    assert Counter(kinds) == {"transaction": 35, "behaviour": 15}


def test_all_tables_see_inserts_updates_and_deletes() -> None:
    changes = operations(events(opened(seed=3)[0], 3_000))
    seen = {("Update" if isinstance(change, Adjust) else type(change).__name__, table_of(change)) for change in changes}
    captured = {"customer", "product", "transaction", "transactiondetail", "interaction", "stock", "carrier"}
    assert seen >= {(kind, table) for kind in ("Insert", "Update", "Delete") for table in captured}
    assert seen >= {("Insert", "shipment"), ("Update", "shipment"), ("Insert", "buyer")}


def test_popular_products_sell_more_and_baskets_have_one_to_six_lines() -> None:
    shop, tables = opened(seed=4)
    lines = [
        change.row for change in operations(events(shop, 2_000))
        if isinstance(change, Insert) and change.table == "transactiondetail"
    ]  # fmt: skip
    sold = Counter(line["product_id"] for line in lines)
    products = list(tables.rows["product"])
    assert sum(sold[product] for product in products[:20]) > 5 * sum(sold[product] for product in products[-20:])
    assert set(Counter(Counter(line["transaction_id"] for line in lines).values())) == {1, 2, 3, 4, 5, 6}


def test_visits_go_step_by_step_and_their_purchases_become_orders() -> None:
    changes = [change for change in operations(events(opened(seed=5)[0], 3_000)) if isinstance(change, Insert)]
    visits = [change.row for change in changes if change.table == "interaction"]
    visits.sort(key=lambda row: str(row["session_id"]))
    for _, visit in groupby(visits, key=lambda row: row["session_id"]):
        steps = [None, *(row["type"] for row in visit)]
        assert all(after in FOLLOWS[before] for before, after in pairwise(steps))  # type: ignore[index]
    purchases = sum(row["type"] == "purchase" for row in visits)
    web = sum(change.row.get("channel") == "web" for change in changes)
    assert 0 < purchases <= web


def test_stock_that_is_low_stays_so_for_a_while_and_is_refilled() -> None:
    shop, tables = opened(seed=6)
    low: list[set[int]] = []
    for _ in range(30):
        tables.apply(operations(events(shop, 100)))
        stock = tables.rows["stock"].values()
        low.append({row["id"] for row in stock if row["quantity"] < row["reorder_level"]})
    assert any(low)
    assert all(len(shelves) < 20 for shelves in low)
    assert set().union(*low) - low[-1]


def test_open_orders_stay_few() -> None:
    shop, tables = opened(seed=9)
    for _ in range(10):
        tables.apply(operations(events(shop, 500)))
        assert len(tables.state().orders) < 300
    moved = sum(
        isinstance(change, Update) and change.table == "transaction" for change in operations(events(shop, 100))
    )
    assert moved > 100


def test_an_order_that_someone_made_by_hand_without_lines_moves_on_too() -> None:
    _, tables = opened(seed=10)
    state = tables.state()
    state.orders = [Order(1_000 + number, "pending", []) for number in range(50)]
    shop = Shop(Source.seeded(10, tables.next_id), state)
    moved = {change.id for change in operations(events(shop, 300)) if isinstance(change, Update)}
    assert moved >= {1_000 + number for number in range(50)}
