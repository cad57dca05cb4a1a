"""The doctor says what is wrong and what to do, and nothing of what is well."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.redis_reader import Snapshot
from dashboard.verdicts import RULES
from stack import doctor
from stack.doctor import SPACE, disk, of_documents, takes_writes

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WELL = {"updated_at": NOW.isoformat()}


def snapshot(**status: object) -> Snapshot:
    documents = {
        "status:faust": WELL
        | {"lag_total": 0, "as_of": {}, "workers": [{"mirror": {"published_at": NOW.isoformat()}}]},
        "status:spark": WELL
        | {"queries": {name: {"as_of": NOW.isoformat(), "late": 0} for name in ("transactions", "warehouse")}},
        "status:connectors": WELL | {"connectors": []},
        "status:reconcile": WELL | {"differences": 0},
    }
    return Snapshot(NOW, documents | {f"status:{part}": document for part, document in status.items()}, NOW)  # type: ignore[arg-type]


def test_where_all_is_well_nothing_is_to_be_done() -> None:
    found = list(of_documents(snapshot()))
    assert [finding.part for finding in found] == [part for part in RULES if part not in ("redis", "dead letters")]
    assert all(finding.trouble is None and finding.is_known for finding in found)


def test_a_worker_that_is_silent_is_named_with_what_to_do() -> None:
    silent = {"updated_at": "2026-03-01T11:00:00+00:00", "lag_total": 0}
    wrong = {finding.part: finding.trouble for finding in of_documents(snapshot(faust=silent)) if finding.trouble}
    assert wrong.keys() == {"worker"}
    assert "faust -A app worker" in wrong["worker"]


def test_what_nobody_says_is_not_said_to_be_well() -> None:
    silent = {"updated_at": "2026-03-01T11:00:00+00:00", "lag_total": 0}
    not_known = {finding.part for finding in of_documents(snapshot(faust=silent)) if not finding.is_known}
    assert not_known == {"mirror", "lag", "topics"}
    unknown = {finding.part for finding in of_documents(Snapshot(NOW, {}, NOW)) if not finding.is_known}
    assert unknown == {"connectors", "mirror", "lag", "topics", "windows", "late events", "warehouse", "reconcile"}


def test_of_a_worker_that_crashes_it_says_the_last_telling_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "DATA", tmp_path)
    crashes = WELL | {"crashes": 4, "since": (NOW - timedelta(minutes=2)).isoformat()}
    (elsewhere,) = [finding.trouble for finding in of_documents(snapshot(starts=crashes)) if finding.trouble]
    assert "4 times since 11:58:00" in elsewhere
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "faust.log").write_text("starts\nMemoryError: no room\nended\n")
    (here,) = [finding.trouble for finding in of_documents(snapshot(starts=crashes)) if finding.trouble]
    assert "It said last: MemoryError: no room." in here


def test_a_redis_that_does_not_answer_is_away() -> None:
    assert "is away" in (takes_writes("redis://127.0.0.1:2").trouble or "")


def test_a_full_disk_is_said_in_time(tmp_path: Path) -> None:
    assert disk(SPACE, tmp_path).trouble is None
    assert f"in {tmp_path}: make room" in (disk(SPACE - 1, tmp_path).trouble or "")
