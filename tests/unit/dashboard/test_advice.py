"""What to do about what is wrong."""

from datetime import timedelta
from typing import Any

import pytest

from dashboard.advice import advice
from dashboard.redis_reader import Snapshot
from dashboard.texts import TEXTS
from tests.unit.dashboard.conftest import NOW, documents


def seen(**changes: Any) -> Snapshot:
    found = documents()
    for key, change in changes.items():
        found[f"status:{key}"] |= change
    return Snapshot(NOW, found, NOW)


def test_nothing_is_to_be_done_while_all_is_well() -> None:
    assert advice(seen()) == []


OLD = (NOW - timedelta(minutes=5)).isoformat()


@pytest.mark.parametrize(
    ("changes", "to_do"),
    [
        ({"faust": {"updated_at": OLD}}, "do_faust"),
        ({"faust": {"lag_total": 1_000_000}}, "do_lag"),
        ({"spark": {"updated_at": OLD}}, "do_spark"),
        ({"spark": {"queries": {"categories": {"late": 2}}}}, "do_late"),
        ({"connectors": {"updated_at": OLD}}, "do_watch"),
        ({"connectors": {"connectors": [{"problem": "crm-connector failed: no route"}]}}, "do_connectors"),
        ({"reconcile": {"differences": 1}}, "do_reconcile"),
    ],
)
def test_each_fault_has_its_advice(changes: dict[str, Any], to_do: str) -> None:
    assert advice(seen(**changes)) == [to_do]
    assert to_do in TEXTS


@pytest.mark.parametrize(("days", "to_do"), [(0.5, ["do_dead_letters"]), (2, [])])
def test_a_record_that_could_not_be_understood_is_news_for_a_day(days: float, to_do: list[str]) -> None:
    letter = {"topic": "customer", "reason": "no JSON", "at": (NOW - timedelta(days=days)).isoformat()}
    assert advice(Snapshot(NOW, documents(), NOW, dead_letters=(letter,))) == to_do


def test_without_redis_nothing_else_can_be_told() -> None:
    assert advice(Snapshot(NOW, documents(), NOW, down_since=NOW)) == ["do_redis"]
    assert advice(Snapshot(NOW, {}, NOW)) == ["do_watch", "do_faust", "do_spark"]
