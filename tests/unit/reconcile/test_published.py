"""What people see is what the totals make of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from app.documents import documents
from cdc import Path
from reconcile.numbers import Difference
from reconcile.published import differing, of_these_totals

NOW = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
TODAY = NOW.date().isoformat()
TOTALS: dict[str, dict[Path, int]] = {
    "customers": {("count",): 3, ("by_country", "PT"): 3},
    "revenue": {("total_cents",): 1250, ("orders",): 2, ("by_day_cents", TODAY): 1250},
    "stock": {("count",): 1, **{("below_reorder", "7", "2", "Porto", column): 4 for column in ("rows", "quantity")}},
}


def shown(*names: str) -> dict[str, dict[str, Any]]:
    """Return documents as they come back from Redis."""
    made = documents(names, TOTALS, NOW, {"customers": 1_000})
    return msgspec.json.decode(msgspec.json.encode(made), type=dict[str, dict[str, Any]])


def test_documents_of_the_totals_are_right_also_after_midnight() -> None:
    assert shown("revenue")["dashboard"]["revenue_today"] == "12.50"
    assert differing(shown("customers", "revenue", "stock"), TOTALS, NOW + timedelta(minutes=1)) == []


def test_a_number_that_is_shown_wrong_is_named_by_the_key_of_its_document() -> None:
    wrong = shown("customers")
    wrong["customers"]["by_country"]["PT"] = 4
    assert differing(wrong, TOTALS, NOW) == [
        Difference(("metrics:customers", "by_country", "PT"), Decimal(4), Decimal(3))
    ]


def test_a_document_that_is_gone_lacks_all_its_numbers() -> None:
    assert {each.shown for each in differing({"customers": {}}, TOTALS, NOW)} == {None}


def test_a_document_of_an_earlier_write_is_not_compared() -> None:
    versions = {b"metrics:customers": b"7", b"metrics:revenue": b"6", b"metrics:gone": b"7"}
    assert of_these_totals({"customers", "revenue", "stock"}, 7, versions) == {"customers"}
    assert of_these_totals({"customers"}, 0, {}) == set()
