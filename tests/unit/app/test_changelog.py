"""A table recovers the same from what it needs of its changelog as from all of it."""

import json
from types import SimpleNamespace
from typing import Any

from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from app import app
from app.changelog import needed
from app.table import PartialsTable

ENTRIES = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20)))


def record(offset: int, name: str, position: int) -> ConsumerRecord[Any, Any]:
    key, value = json.dumps([0, name]).encode(), json.dumps([position, offset]).encode()
    return ConsumerRecord("changelog", 0, offset, 0, 0, key, value, None, len(key), len(value), ())


def recovered(fetches: list[list[ConsumerRecord[Any, Any]]]) -> tuple[dict[Any, Any], list[Any]]:
    table = PartialsTable(app, name="recovered", store="memory://", partitions=1)
    for fetch in fetches:
        events = [SimpleNamespace(key=json.loads(r.key), value=json.loads(r.value), message=r) for r in fetch]
        table.apply_changelog_batch(events)  # type: ignore[arg-type]
    return table.entries(0), sorted(table.hidden(0))


@given(ENTRIES, st.integers(1, 10))
def test_it_recovers_the_same(entries: list[tuple[str, int]], size: int) -> None:
    records = [record(offset, name, position) for offset, (name, position) in enumerate(entries)]
    fetches = [records[start : start + size] for start in range(0, len(records), size)]
    assert recovered([needed(fetch) for fetch in fetches]) == recovered(fetches)


@given(ENTRIES)
def test_of_each_partial_no_more_than_two_are_read_and_the_last_always(entries: list[tuple[str, int]]) -> None:
    records = [record(offset, name, position) for offset, (name, position) in enumerate(entries)]
    kept = needed(records)
    assert kept[-1:] == records[-1:]
    assert len(kept) <= 2 * len({name for name, _ in entries})


def test_what_grows_is_read_once() -> None:
    records = [record(offset, "count", offset // 2) for offset in range(100)]
    assert needed(records) == records[-1:]
