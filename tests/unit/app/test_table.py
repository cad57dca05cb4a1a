"""What a frozen worker sends late does no harm when the table is recovered."""

from types import SimpleNamespace
from typing import Any

import pytest

from app import app
from app.table import PartialsTable


@pytest.fixture
def table() -> PartialsTable:
    return PartialsTable(app, name="recovered", store="memory://", partitions=4)


def changelog(*entries: list[int]) -> list[Any]:
    key = [3, "transactions", "count"]
    message = SimpleNamespace(partition=3, value=b"")
    return [SimpleNamespace(key=key, value=entry, message=message) for entry in entries]


def test_the_newest_position_wins_within_a_batch_and_across_batches(table: PartialsTable) -> None:
    table.apply_changelog_batch(changelog([10, 1], [30, 3], [20, 2]))
    assert table.entries(3) == {("transactions", "count"): [30, 3]}
    table.apply_changelog_batch(changelog([25, 9]))
    assert table.entries(3) == {("transactions", "count"): [30, 3]}
    table.apply_changelog_batch(changelog([40, 4]))
    assert table.entries(3) == {("transactions", "count"): [40, 4]}
    assert table.entries(2) == {}


def test_what_compaction_would_lose_is_known_until_it_is_written_anew(table: PartialsTable) -> None:
    path = ("transactions", "count")
    table.apply_changelog_batch(changelog([10, 1], [30, 3], [20, 2]))
    assert table.hidden(3) == [path]
    assert table.hidden(2) == []
    table.apply_changelog_batch(changelog([30, 3]))  # by another worker
    assert table.hidden(3) == []
