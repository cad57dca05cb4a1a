"""When what failed is restarted."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from connectors.watch import FIRST_DELAY, LONGEST_DELAY, Backoff


def test_the_first_failure_is_restarted_at_once() -> None:
    backoff = Backoff()
    assert backoff.is_due(1000.0)
    assert backoff.restarts == 1


def test_what_fails_again_is_restarted_ever_more_rarely() -> None:
    backoff = Backoff()
    restarts = [second for second in range(2000) if backoff.is_due(10_000.0 + second)]
    waits = [later - earlier for earlier, later in pairwise(restarts)]
    assert waits == sorted(waits)
    assert waits[0] == FIRST_DELAY
    assert waits[-1] == LONGEST_DELAY


def test_what_has_run_for_a_while_is_restarted_at_once_again() -> None:
    backoff = Backoff()
    for second in range(100):
        backoff.is_due(10_000.0 + second)
    assert backoff.is_due(20_000.0)
    assert not backoff.is_due(20_000.0 + FIRST_DELAY - 1)
    assert backoff.is_due(20_000.0 + FIRST_DELAY)


@given(st.lists(st.floats(0, 1000), max_size=200))
def test_two_restarts_are_never_closer_than_the_first_delay(pauses: list[float]) -> None:
    backoff, now, restarts = Backoff(), 10_000.0, []
    for pause in pauses:
        now += pause
        if backoff.is_due(now):
            restarts.append(now)
    assert backoff.restarts == len(restarts)
    assert all(later - earlier >= FIRST_DELAY for earlier, later in pairwise(restarts))
