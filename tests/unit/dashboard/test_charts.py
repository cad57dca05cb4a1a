"""The charts, by what they would draw."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from dashboard import charts
from dashboard.language import Language
from dashboard.numbers import NOTHING

WORDS = Language("English")


def drawn(chart: charts.Chart) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a chart's description, and its rows."""
    described = chart.to_dict()
    (rows,) = described["datasets"].values()
    return described, rows


@pytest.mark.parametrize(("measure", "label"), [("revenue", "€1,250.50"), ("orders", "1,250")])
def test_a_measure_over_time(measure: str, label: str) -> None:
    frame = pd.DataFrame({"start": [datetime(2026, 3, 1, tzinfo=UTC)], measure: [1250.5]})
    described, rows = drawn(charts.windows(frame, measure, "What is seen", WORDS))
    assert described["description"] == "What is seen"
    assert rows[0]["label"] == label
    assert [layer["mark"]["type"] for layer in described["layer"]] == ["area", "line"]
    assert all(layer["encoding"]["tooltip"] for layer in described["layer"])


def test_what_is_not_known_yet_is_a_gap() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    frame = pd.DataFrame({"start": [start, start + timedelta(seconds=30)], "orders": [2.0, float("nan")]})
    _, rows = drawn(charts.windows(frame, "orders", "What is seen", WORDS))
    assert [(row["orders"], row["label"]) for row in rows] == [(2, "2"), (None, NOTHING)]


def test_bars_keep_the_order_that_they_are_given_and_carry_their_labels() -> None:
    bars = [charts.Bar("b", 1.0, "one"), charts.Bar("a", 2.0, "two")]
    described, rows = drawn(charts.by_name(bars, "Names"))
    assert [row["name"] for row in rows] == ["b", "a"]
    assert described["layer"][0]["encoding"]["y"]["sort"] is None
    assert described["layer"][1]["encoding"]["text"]["field"] == "label"


def test_bars_of_money_taken_back_reach_below_zero() -> None:
    described, _ = drawn(charts.by_name([charts.Bar("a", -5.0, "-5")], "Names"))
    assert described["layer"][0]["encoding"]["x"]["scale"]["domain"][0] == -5


def test_days_have_bars_of_revenue_and_a_line_of_its_mean() -> None:
    frame = pd.DataFrame(
        {"day": [date(2026, 3, 1)], "revenue": [Decimal("10.50")], "revenue_7d_average": [Decimal("7.25")]}
    )
    described, rows = drawn(charts.days(frame, "Days", WORDS))
    assert (rows[0]["value"], rows[0]["mean"], rows[0]["label"]) == (10.5, 7.25, "€10.50")
    assert [layer["mark"]["type"] for layer in described["layer"]] == ["bar", "line"]


def test_customers_are_new_or_returning() -> None:
    frame = pd.DataFrame({"day": [date(2026, 3, 1)], "new": [2], "returning": [3]})
    _, rows = drawn(charts.customers(frame, "Customers", WORDS))
    assert {row["kind"]: row["customers"] for row in rows} == {"new": 2, "returning": 3}
