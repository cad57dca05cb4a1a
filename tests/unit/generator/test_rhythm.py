from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from generator.rhythm import EVENTS_A_DAY, HOURS, LARGEST_BATCH, Pace, moments

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_days_mean_is_the_rate() -> None:
    assert len(HOURS) == 24
    assert sum(HOURS) / 24 == pytest.approx(1)


@pytest.mark.parametrize(("rate", "step"), [(0.1, 1.0), (10, 0.7), (400, 0.9)])
def test_a_day_has_as_many_events_as_the_rate_says(rate: float, step: float) -> None:
    pace = Pace(rate, MIDNIGHT)
    due = sum(pace.due(MIDNIGHT + timedelta(seconds=step * tick)) for tick in range(1, int(86_400 / step) + 1))
    assert due == pytest.approx(86_400 * rate, rel=0.01)


def test_the_wait_ends_when_the_next_event_is_due() -> None:
    pace = Pace(10, MIDNIGHT)
    wait = timedelta(seconds=pace.wait(MIDNIGHT))
    assert pace.due(MIDNIGHT + wait * 0.99) == 0
    assert pace.due(MIDNIGHT + wait * 1.01) == 1


def test_a_break_is_made_up_for_by_one_second_at_most() -> None:
    pace = Pace(10, MIDNIGHT)
    assert pace.due(MIDNIGHT + timedelta(hours=12)) == 13  # the rate at noon, and the one in hand
    assert pace.due(MIDNIGHT + timedelta(hours=12)) == 0


def test_rate_0_never_waits() -> None:
    pace = Pace(0, MIDNIGHT)
    assert pace.due(MIDNIGHT) == pace.due(MIDNIGHT) == LARGEST_BATCH
    assert pace.wait(MIDNIGHT) == 0


def test_a_past_day_has_its_rhythm() -> None:
    happened = moments(date(2026, 3, 1), Random(1))
    assert happened == sorted(happened)
    assert {moment.date() for moment in happened} == {date(2026, 3, 1)}
    assert len(happened) == pytest.approx(EVENTS_A_DAY, rel=0.1)
    night, evening = (sum(first <= moment.hour < first + 4 for moment in happened) for first in (2, 18))
    assert evening > 1.4 * night
