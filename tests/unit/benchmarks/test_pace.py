import pytest

from benchmarks.pace import Pace


def test_the_time_before_the_first_sighting_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 101.0, 104.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    pace = Pace()
    for events in (5_000, 7_000, 25_000):
        pace.see(events)
    assert pace.events_a_second == 5_000
