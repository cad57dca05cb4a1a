"""A worker that runs and does nothing is known, and one that has nothing to do is left in peace."""

import pytest

from app.pulse import NEVER, SILENT, STALLED, Pulse, complaint

EVENTS = {("transaction", "create"): 5}
LAG = {"transaction": {0: 3, 1: 0}}


def pulse(at: float = 1_000.0, *, waiting: bool = False, recovering: bool = False, moved_at: float = 1_000.0) -> Pulse:
    return Pulse(
        at=at,
        recovering=recovering,
        events=EVENTS,
        batches={"transaction": 2},
        lag=LAG if waiting else {},
        fetched_at=at,
        moved_at=moved_at,
        committed_at=NEVER,
        mirrored_at=NEVER,
    )


def test_a_worker_that_starts_has_no_complaint() -> None:
    assert complaint(None, 1_000.0) is None


def test_a_stuck_loop_is_a_complaint() -> None:
    assert complaint(pulse(), 1_000.0 + SILENT) is None
    assert "stuck" in (complaint(pulse(), 1_001.0 + SILENT) or "")


def test_a_consumer_that_died_silently_is_a_complaint() -> None:
    silent = pulse(waiting=True)._replace(fetched_at=999.0 - STALLED)
    assert "asked Kafka for nothing" in (complaint(silent, 1_000.0) or "")
    assert complaint(silent._replace(recovering=True), 1_000.0) is None


def test_a_worker_without_partitions_asks_for_nothing_and_is_well() -> None:
    assert complaint(pulse()._replace(fetched_at=999.0 - STALLED), 1_000.0) is None


def test_records_that_wait_while_none_is_counted_are_a_complaint() -> None:
    stalled = pulse(waiting=True, moved_at=999.0 - STALLED)
    assert complaint(stalled, 1_000.0) == "3 records wait, and none was counted for 91 s"


@pytest.mark.parametrize(
    ("later", "moves"),
    [
        (pulse(1_002.0, waiting=True), False),
        (pulse(1_002.0), True),
        (pulse(1_002.0, waiting=True, recovering=True), True),
        (pulse(1_002.0, waiting=True)._replace(events={("transaction", "create"): 6}), True),
    ],
)
def test_counting_is_a_move_and_so_is_having_nothing_to_count(later: Pulse, *, moves: bool) -> None:
    assert later.moved_since(pulse(waiting=True)) == (1_002.0 if moves else 1_000.0)
    assert later.moved_since(None) == 1_002.0
