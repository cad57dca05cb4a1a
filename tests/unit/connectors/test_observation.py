from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from connectors.definitions import load
from connectors.observation import Observation, Snapshot, observe, reason_to_begin_anew, snapshot_of
from connectors.postgres import Slot

READ = Slot(active=True, lost=False, kept_bytes=0)
NOT_READ = replace(READ, active=False)
SOON_LOST = replace(READ, kept_bytes=3 * 2**30, spare_bytes=2**30)
GOOD = Observation(
    name="erp-connector",
    topics=("stock",),
    state="RUNNING",
    tasks=("RUNNING",),
    cause=None,
    snapshot=Snapshot.FINISHED,
    slot=READ,
    unpublished=frozenset(),
)
STOPPED: dict[str, Any] = {"state": "STOPPED", "tasks": (), "slot": NOT_READ}
FAILED: dict[str, Any] = {"tasks": ("FAILED",), "slot": NOT_READ, "cause": "FATAL: no"}


@pytest.mark.parametrize(
    "change",
    [
        {},
        STOPPED,
        FAILED,
        {"state": "PAUSED"},
        {"snapshot": Snapshot.UNFINISHED, "slot": NOT_READ},
        {"snapshot": Snapshot.NONE, "slot": None},  # it was just started
    ],
)
def test_it_goes_on_where_that_is_exact(change: dict[str, Any]) -> None:
    assert reason_to_begin_anew(replace(GOOD, **change), frozenset()) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({**STOPPED, "snapshot": Snapshot.NONE}, "no stored offsets"),
        ({**FAILED, "snapshot": Snapshot.NONE}, "no stored offsets"),
        ({**STOPPED, "snapshot": Snapshot.UNFINISHED}, "snapshot was interrupted"),
        ({**FAILED, "snapshot": Snapshot.UNFINISHED}, "snapshot was interrupted"),
        ({"slot": None}, "slot is gone"),
        ({"slot": replace(NOT_READ, lost=True)}, "slot is gone, or lacks WAL"),
        ({"unpublished": frozenset({"public.stock"})}, "not in its publication: public.stock"),
    ],
)
def test_it_begins_anew_where_going_on_would_not_be_exact(change: dict[str, Any], reason: str) -> None:
    assert reason in str(reason_to_begin_anew(replace(GOOD, **change), frozenset()))


def test_it_begins_anew_for_a_topic_that_is_new() -> None:
    assert reason_to_begin_anew(GOOD, frozenset({"stock"})) == "no topic yet: stock"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (FAILED, "erp-connector failed: FATAL: no"),
        ({**FAILED, "slot": None}, "erp-connector has lost its replication slot"),
        (STOPPED, "erp-connector is STOPPED"),
        ({"tasks": ("UNASSIGNED",)}, "erp-connector is RUNNING and its task UNASSIGNED"),
        ({"unpublished": frozenset({"public.stock"})}, "misses the changes of public.stock"),
        ({"slot": NOT_READ}, "does not read from its database"),
        ({"slot": None, "snapshot": Snapshot.NONE}, "does not read from its database"),
        ({"slot": SOON_LOST}, "erp-connector loses its replication slot soon"),
        (
            {**FAILED, "slot": SOON_LOST},
            "erp-connector failed: FATAL: no; erp-connector loses its replication slot soon",
        ),
    ],
)
def test_what_does_not_work_is_said(change: dict[str, Any], problem: str) -> None:
    assert problem in str(replace(GOOD, **change).problem)


@pytest.mark.parametrize(
    "change",
    [{}, {"snapshot": Snapshot.UNFINISHED, "slot": NOT_READ}, {"slot": replace(READ, kept_bytes=1, spare_bytes=2**32)}],
)
def test_what_works_has_no_problem(change: dict[str, Any]) -> None:
    assert replace(GOOD, **change).problem is None


@pytest.mark.parametrize(
    ("offset", "snapshot"),
    [
        (None, Snapshot.NONE),
        ({"lsn": 1, "snapshot": "INITIAL", "snapshot_completed": False}, Snapshot.UNFINISHED),
        ({"lsn": 1, "snapshot": "INITIAL", "snapshot_completed": True}, Snapshot.FINISHED),
        ({"lsn": 1, "lsn_proc": 1}, Snapshot.FINISHED),
    ],
)
def test_a_stored_offset_tells_how_far_the_snapshot_is(offset: dict[str, Any], snapshot: Snapshot) -> None:
    assert snapshot_of(offset) is snapshot


class Runs:
    """Connect and a database where a connector runs, whose slot is one thing after the other at each look."""

    def __init__(self, slots: Iterable[Slot | None], offset: dict[str, Any] | None = None) -> None:
        self.looks = iter(slots)
        self.stored = offset
        self.asked = 0

    def status(self, _name: str) -> dict[str, Any]:
        return {"connector": {"state": "RUNNING"}, "tasks": [{"state": "RUNNING"}]}

    def offset(self, _name: str, _server: str) -> dict[str, Any] | None:
        self.asked += 1
        return self.stored

    def slot(self) -> Slot | None:
        return next(self.looks)

    def published(self) -> set[str]:
        return {"public.stock"}

    def observe(self) -> Observation:
        (definition,) = load(["erp-connector"])
        return observe(definition, self, self)  # type: ignore[arg-type]


def test_a_connector_that_reads_is_past_its_snapshot() -> None:
    runs = Runs([READ])
    assert runs.observe() == GOOD
    assert not runs.asked  # Connect makes clients of Kafka for each answer


@pytest.mark.parametrize("before", [None, NOT_READ])
def test_a_snapshot_may_end_while_it_is_looked_at(before: Slot | None) -> None:
    seen = Runs([before, READ], {"lsn": 1, "lsn_proc": 1}).observe()
    assert seen.problem is None
    assert reason_to_begin_anew(seen, frozenset()) is None
