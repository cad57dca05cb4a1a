"""Spark's windows, made ready to be shown."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from dashboard import windows

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = NOON + timedelta(seconds=10)


def at(seconds_ago: int, **measures: Any) -> dict[str, Any]:
    start = NOON - timedelta(seconds=seconds_ago)
    return {"start": start.isoformat(), **measures}


def placed(seconds_ago: int, count: int, revenue: str) -> dict[str, Any]:
    return at(seconds_ago, count=count, revenue=revenue, average_order_value="1.00")


def test_windows_are_those_of_the_last_half_hour_oldest_first() -> None:
    shown = windows.recent([placed(30, 1, "1"), placed(60, 2, "2"), placed(3600, 3, "3")], NOW)
    assert [window["count"] for window in shown] == [2, 1]


def test_time_without_change_is_zero_and_the_open_window_is_left_out() -> None:
    frame = windows.over_time([placed(90, 2, "12.50"), placed(0, 9, "99.00")], NOON, NOW)
    assert len(frame) == 60
    assert list(frame["orders"].tail(4)) == [0, 2, 0, 0]
    assert frame["revenue"].sum() == 12.5
    assert frame["start"].iloc[-1] == datetime(2026, 3, 1, 11, 59, 30, tzinfo=UTC)
    assert not windows.is_behind(frame)


def test_what_spark_has_not_reached_is_not_yet_known_and_never_zero() -> None:
    """Also a window that has begun to fill: it would look like a fall."""
    frame = windows.over_time([placed(120, 4, "1.00"), placed(90, 2, "1.00")], NOON - timedelta(seconds=61), NOW)
    assert list(frame["orders"].isna().tail(4)) == [False, True, True, True]
    assert frame["orders"].iloc[-4] == 4
    assert not frame["orders"].head(57).isna().any()
    assert windows.orders_a_minute(frame) == 4 / 7 * 2  # of the seven that are known
    assert len(windows.known(frame)) == 57
    assert windows.is_behind(frame)


def test_the_window_that_has_just_ended_may_be_under_way() -> None:
    assert not windows.is_behind(windows.over_time([], NOON - timedelta(seconds=1), NOW))
    assert windows.is_behind(windows.over_time([], NOON - timedelta(seconds=31), NOW))


def test_without_a_time_that_spark_has_reached_only_its_windows_are_known() -> None:
    frame = windows.over_time([placed(60, 3, "1.00")], None, NOW)
    assert list(frame["orders"].dropna()) == [3]
    assert windows.orders_a_minute(frame) == 6
    assert windows.orders_a_minute(windows.over_time([], None, NOW)) is None


def test_orders_a_minute_is_the_mean_of_five_minutes() -> None:
    frame = windows.over_time([placed(30 * number, 3, "1") for number in range(1, 11)], NOON, NOW)
    assert windows.orders_a_minute(frame) == 6


def test_categories_and_products_are_summed_exactly() -> None:
    def sold(name: str, cents: str) -> dict[str, Any]:
        return at(
            30,
            categories={name: {"category_revenue": cents}},
            top_products=[{"product": f"a {name}", "revenue": cents}],
        )

    of = [sold("books", "0.10"), sold("books", "0.20"), sold("toys", "0.30"), sold("home", "0.31")]
    assert windows.categories(of) == [("home", Decimal("0.31")), ("books", Decimal("0.30")), ("toys", Decimal("0.30"))]
    assert windows.top_products(of, limit=1) == [("a home", Decimal("0.31"))]


def test_conversion_is_a_share_of_sessions_and_none_without_any() -> None:
    visits = [at(30, sessions=4, funnel={"view": 4, "cart": 2, "purchase": 1})]
    assert windows.conversion(visits) == Decimal("0.25")
    assert windows.conversion([]) is None
    assert windows.funnel(visits) == [("view", 4), ("cart", 2), ("purchase", 1)]
