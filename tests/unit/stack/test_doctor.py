"""The doctor says what is wrong and what to do, and nothing of what is well."""

from datetime import UTC, datetime
from pathlib import Path

from dashboard.redis_reader import Snapshot
from stack.doctor import PARTS, SPACE, disk, of_documents

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WELL = {"updated_at": NOW.isoformat()}


def snapshot(**status: object) -> Snapshot:
    documents = {
        "status:faust": WELL | {"lag_total": 0},
        "status:spark": WELL | {"queries": {}},
        "status:connectors": WELL | {"connectors": []},
        "status:reconcile": WELL | {"differences": []},
    }
    documents["metrics:events"] = {"by_topic": {}}
    return Snapshot(NOW, documents | {f"status:{part}": document for part, document in status.items()}, NOW)  # type: ignore[arg-type]


def test_where_all_is_well_nothing_is_to_be_done() -> None:
    found = list(of_documents(snapshot()))
    assert [finding.part for finding in found] == [part for part, _ in PARTS.values()]
    assert all(finding.trouble is None and finding.is_known for finding in found)


def test_a_worker_that_is_silent_is_named_with_what_to_do() -> None:
    silent = {"updated_at": "2026-03-01T11:00:00+00:00", "lag_total": 0}
    wrong = {finding.part: finding.trouble for finding in of_documents(snapshot(faust=silent)) if finding.trouble}
    assert wrong.keys() == {"worker"}
    assert "faust -A app worker" in wrong["worker"]


def test_what_nobody_says_is_not_said_to_be_well() -> None:
    silent = {"updated_at": "2026-03-01T11:00:00+00:00", "lag_total": 0}
    assert {finding.part for finding in of_documents(snapshot(faust=silent)) if not finding.is_known} == {"lag"}
    unknown = {finding.part for finding in of_documents(Snapshot(NOW, {}, NOW)) if not finding.is_known}
    assert unknown == {"connectors", "lag", "late events", "reconcile", "dead letters"}


def test_a_full_disk_is_said_in_time(tmp_path: Path) -> None:
    assert disk(SPACE, tmp_path).trouble is None
    assert f"in {tmp_path}: make room" in (disk(SPACE - 1, tmp_path).trouble or "")
