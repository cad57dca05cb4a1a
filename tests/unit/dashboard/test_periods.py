"""Periods of days."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dashboard.periods import Period

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(DAYS, st.integers(1, 400))
def test_the_period_before_is_as_long_and_ends_the_day_before(last: date, days: int) -> None:
    period = Period.of_days(days, last)
    before = period.before()
    assert (period.last - period.first).days == (before.last - before.first).days == days - 1
    assert before.last + timedelta(days=1) == period.first
