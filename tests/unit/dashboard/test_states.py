"""States told apart: what a part of the page may say of its numbers."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.states import STALE, State, state

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "expected"), [(timedelta(0), State.FRESH), (STALE, State.FRESH), (2 * STALE, State.STALE)]
)
def test_a_heartbeat_is_stale_by_its_age(old: timedelta, expected: State) -> None:
    assert state({"updated_at": (NOW - old).isoformat()}, NOW) is expected


def test_no_document_is_waited_for() -> None:
    assert state(None, NOW) is State.WAITING
