from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdc.row import cents, utc_day


@given(st.integers(-(10**12) + 1, 10**12 - 1))
def test_every_amount_of_numeric_12_2_becomes_its_cents(amount: int) -> None:
    assert cents(str(Decimal(amount).scaleb(-2))) == amount


@pytest.mark.parametrize(
    "text", ["", "x", "1,50", "NaN", "Infinity", "1e400", "9e999999", "-9e999999", "1.001", "10000000000.00", "--1"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Expected an amount"):
        cents(text)


def test_the_day_is_that_of_utc() -> None:
    madrid_after_midnight = datetime(2026, 7, 2, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert utc_day(madrid_after_midnight) == "2026-07-01"
    assert utc_day(datetime(2026, 7, 2, tzinfo=UTC)) == "2026-07-02"
