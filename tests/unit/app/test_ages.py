"""How old a worker's numbers are: neither what is fetched but not counted nor an earlier snapshot makes them newer."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import suppress

import pytest
from faust.types import TP

from app import ages as module
from app.ages import Ages, Progress
from freshness import Beat
from freshness.frontier import Partition

ORDERS = TP("transaction", 0)
PARTITION: Partition = ("transaction", 0)


class Worker:
    """A consumer that has fetched, and totals that have counted, as a test says."""

    def __init__(self) -> None:
        self.fetched: dict[TP, tuple[int, int]] = {ORDERS: (0, -1)}
        self.counted: dict[TP, Progress] = {ORDERS: Progress(0, -1)}

    should_stop = False

    def assignment(self) -> Iterable[TP]:
        return self.fetched.keys()

    async def fetched_to(self) -> dict[TP, tuple[int, int]]:
        return dict(self.fetched)

    def progress(self, tp: TP) -> Progress | None:
        return self.counted.get(tp)


@pytest.fixture
def age(monkeypatch: pytest.MonkeyPatch) -> Callable[[Worker, list[Beat]], int | None]:
    """Return how old the partition is once a worker has heard heartbeats."""

    def of(worker: Worker, beats: list[Beat]) -> int | None:
        async def follow(
            wanted: Callable[[Collection[str]], Collection[Partition]], _has_ended: Callable[[], bool]
        ) -> AsyncIterator[Beat]:
            for beat in beats:
                assert set(beat.end_offsets) <= set(wanted(beat.topics))
                yield beat

        async def look() -> int | None:
            ages = Ages()
            await ages.hear(worker)
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    await ages.keep_up(worker, worker)
            return ages.as_of(*PARTITION)

        monkeypatch.setattr(module, "follow", follow)
        monkeypatch.setattr(module, "STEP_SECONDS", 0)
        return asyncio.run(look())

    return of


def beat(committed_ms: int | None, end: int) -> Beat:
    return Beat(("transaction",), committed_ms, {} if committed_ms is None else {PARTITION: end})


Age = Callable[[Worker, list[Beat]], int | None]


def test_a_partition_is_as_of_the_last_heartbeat_whose_end_is_counted(age: Age) -> None:
    worker = Worker()
    worker.fetched[ORDERS], worker.counted[ORDERS] = (10, 9), Progress(10, -1)
    assert age(worker, [beat(1_000, 8), beat(2_000, 10), beat(3_000, 11)]) == 2_000


def test_what_is_fetched_and_not_counted_makes_it_no_newer(age: Age) -> None:
    worker = Worker()
    worker.fetched[ORDERS], worker.counted[ORDERS] = (20, 19), Progress(10, -1)
    assert age(worker, [beat(1_000, 10), beat(2_000, 11)]) == 1_000


def test_the_ends_of_transactions_need_not_be_counted(age: Age) -> None:
    worker = Worker()
    worker.fetched[ORDERS], worker.counted[ORDERS] = (12, 9), Progress(10, -1)
    assert age(worker, [beat(1_000, 12)]) == 1_000


def test_a_heartbeat_from_before_a_snapshot_says_nothing_of_its_rows(age: Age) -> None:
    worker = Worker()
    worker.fetched[ORDERS], worker.counted[ORDERS] = (15, 14), Progress(15, 10)
    assert age(worker, [beat(1_000, 10)]) is None
    assert age(worker, [beat(1_000, 10), beat(2_000, 15)]) == 2_000


def test_a_new_snapshot_makes_earlier_heartbeats_void(age: Age) -> None:
    worker = Worker()
    worker.fetched[ORDERS], worker.counted[ORDERS] = (15, 14), Progress(15, -1)
    assert age(worker, [beat(1_000, 15), beat(None, 0)]) is None


def test_a_partition_that_nobody_counts_has_no_age(age: Age) -> None:
    worker = Worker()
    worker.counted = {}
    assert age(worker, [beat(1_000, 0)]) is None
