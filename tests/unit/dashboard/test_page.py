from datetime import UTC, datetime, timedelta
from string import Formatter

import pytest

from dashboard.charts import over_time, windows_frame
from dashboard.states import STALE, State, state
from dashboard.texts import ENGLISH, SPANISH

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "expected"), [(timedelta(0), State.FRESH), (STALE, State.FRESH), (2 * STALE, State.STALE)]
)
def test_a_heartbeat_is_stale_by_its_age(old: timedelta, expected: State) -> None:
    assert state({"updated_at": (NOW - old).isoformat()}, NOW) is expected


def test_no_document_is_waited_for() -> None:
    assert state(None, NOW) is State.WAITING


def test_windows_are_drawn_oldest_first() -> None:
    windows = [
        {"start": "2026-03-01T12:00:30Z", "count": 0, "revenue": "0.00"},
        {"start": "2026-03-01T12:00:00Z", "count": 2, "revenue": "1250.50"},
    ]
    drawn = over_time(windows_frame(windows), "revenue", "Revenue").to_dict()
    (rows,) = drawn["datasets"].values()
    assert [row["revenue"] for row in rows] == [1250.5, 0]
    assert drawn["description"] == "Revenue"


def test_each_language_says_all_with_the_same_fields() -> None:
    def fields(texts: dict[str, str]) -> dict[str, list[str]]:
        return {key: [field for _, field, _, _ in Formatter().parse(text) if field] for key, text in texts.items()}

    assert fields(ENGLISH) == fields(SPANISH)
