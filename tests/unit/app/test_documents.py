from datetime import UTC, datetime

from app.documents import EMPTY, TOPICS_OF, Totals, documents
from cdc import Path
from cdc.money import average, money
from freshness import sources

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_without_any_row_every_field_is_there() -> None:
    shown = documents(EMPTY, {}, NOON)
    assert shown["transactions"] == {
        "count": 0,
        "by_status": {},
        "by_payment_method": {},
        "by_channel": {},
        "updated_at": "2026-11-24T12:00:00.000Z",
        "as_of": None,
    }
    assert shown["revenue"]["average_order_value"] == "0.00"
    assert shown["stock"]["below_reorder"] == []
    assert shown["dashboard"] == {
        "transactions": 0,
        "customers": 0,
        "products": 0,
        "revenue_total": "0.00",
        "revenue_today": "0.00",
        "average_order_value": "0.00",
        "total_events": 0,
        "updated_at": "2026-11-24T12:00:00.000Z",
        "as_of": None,
    }


def test_each_document_says_as_of_when_it_is() -> None:
    shown = documents(["stock"], {}, NOON, {"stock": 1_796_000_000_123, "dashboard": None})
    assert shown["stock"]["as_of"] == "2026-11-30T00:53:20.123Z"
    assert shown["dashboard"]["as_of"] is None


def test_every_document_is_fed_by_topics_that_are_counted() -> None:
    captured = {topic for topics in sources().values() for topic in topics}
    assert {topic for topics in TOPICS_OF.values() for topic in topics} == captured
    assert EMPTY.keys() | {"dashboard"} == TOPICS_OF.keys() | {"events"}


def test_money_is_a_string_and_an_empty_group_is_left_out() -> None:
    totals: Totals = {
        "revenue": {
            ("total_cents",): 125_050,
            ("orders",): 3,
            ("by_day_cents", "2026-11-24"): 125_050,
            ("by_day_cents", "2026-11-23"): 0,
        }
    }
    revenue = documents(EMPTY, totals, NOON)["revenue"]
    assert revenue["total"] == "1250.50"
    assert revenue["by_day"] == {"2026-11-24": "1250.50"}
    assert revenue["average_order_value"] == "416.83"


def test_today_turns_at_midnight_utc_without_any_order() -> None:
    totals: Totals = {"revenue": {("by_day_cents", "2026-11-24"): 100}}
    assert documents(EMPTY, totals, NOON)["dashboard"]["revenue_today"] == "1.00"
    midnight = datetime(2026, 11, 25, tzinfo=UTC)
    assert documents(EMPTY, totals, midnight)["dashboard"]["revenue_today"] == "0.00"


def test_stock_below_its_level_is_named_by_row() -> None:
    row = ("below_reorder", "12", "7", "Madrid")
    sold_out = ("below_reorder", "3", "8", "Lyon")
    refilled = ("below_reorder", "4", "9", "Lyon")
    totals: Totals = {
        "stock": {
            (*row, "rows"): 1,
            (*row, "quantity"): 2,
            (*row, "reorder_level"): 5,
            (*sold_out, "rows"): 1,
            (*sold_out, "reorder_level"): 5,
            (*refilled, "rows"): 0,
            (*refilled, "quantity"): 0,
            (*refilled, "reorder_level"): 0,
        }
    }
    assert documents(EMPTY, totals, NOON)["stock"]["below_reorder"] == [
        {"id": 3, "product_id": 8, "warehouse": "Lyon", "quantity": 0, "reorder_level": 5},
        {"id": 12, "product_id": 7, "warehouse": "Madrid", "quantity": 2, "reorder_level": 5},
    ]


def test_a_measure_of_a_new_document_needs_nothing_here() -> None:
    shown = documents(["returns"], {"returns": {("count",): 2, ("by_reason", "broken"): 2}}, NOON)
    assert shown["returns"]["by_reason"] == {"broken": 2}


def test_the_dashboard_is_made_of_totals_whichever_documents_are_wanted() -> None:
    totals: Totals = {"transactions": {("count",): 3}, "stock": {("units",): 9}}
    shown = documents(["stock"], totals, NOON)
    assert shown.keys() == {"stock", "dashboard"}
    assert shown["stock"]["units"] == 9
    assert shown["dashboard"]["transactions"] == 3


def test_events_are_summed_without_dead_letters() -> None:
    events: dict[Path, int] = {("by_topic", "stock", "create"): 2, ("by_topic", "stock", "dead_letters"): 1}
    shown = documents(EMPTY, {"events": events}, NOON)
    assert shown["dashboard"]["total_events"] == 2
    assert shown["events"]["by_topic"] == {
        "stock": {"create": 2, "update": 0, "delete": 0, "read": 0, "dead_letters": 1}
    }


def test_money_and_averages_round_as_postgresql_does() -> None:
    assert money(-5) == "-0.05"
    assert average(1, 2) == "0.01"  # 0.005
    assert average(-1, 2) == "-0.01"
