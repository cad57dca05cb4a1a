"""What a query did is counted once, and what it waited for is not counted."""

from datetime import UTC, datetime
from typing import Any

from pyspark.sql.streaming.listener import StreamingQueryProgress

from spark.standing import Standing
from spark.status import Progress

WORKED = {"latestOffset": 1, "addBatch": 5, "triggerExecution": 9}
WAITED = {"latestOffset": 1, "triggerExecution": 2}


def progress(batch: int, rows: int, durations: dict[str, int], unreadable: int = 0) -> StreamingQueryProgress:
    told: dict[str, Any] = {
        "id": "4a3c0c5e-1df4-43b7-8f10-0d5d0b3c5f11",
        "runId": "e1a9ab0e-8f5d-4b7e-9d2f-2d2a1b7c9a22",
        "name": "transactions",
        "timestamp": "2026-01-01T00:00:00.000Z",
        "batchId": batch,
        "batchDuration": durations["triggerExecution"],
        "durationMs": durations,
        "eventTime": {},
        "stateOperators": [],
        "sources": [],
        "sink": {"description": "", "numOutputRows": -1},
        "numInputRows": rows,
        "inputRowsPerSecond": 0.0,
        "processedRowsPerSecond": 0.0,
        "observedMetrics": {"transaction": {"unreadable": unreadable}} if rows else {},
    }
    return StreamingQueryProgress.fromJson(told)


def told(standing: Standing) -> tuple[str | None, bool, str | None]:
    taken = Progress()
    taken.look_at(standing)
    return taken.as_of, taken.batch_since is not None, taken.waiting


def test_a_query_tells_how_it_stands() -> None:
    standing = Standing(as_of=datetime(2026, 3, 1, 12, 0, 0, 5_999, tzinfo=UTC))
    with standing.at_work():
        standing.wait_for("dwh_db is away")
        assert told(standing) == ("2026-03-01T12:00:00.005Z", True, "dwh_db is away")
    assert told(standing) == ("2026-03-01T12:00:00.005Z", False, None)


def test_a_batch_behind_a_wait_of_the_same_number_counts() -> None:
    taken = Progress()
    for told in (progress(4, 0, WAITED), progress(4, 7, WORKED, unreadable=2)):
        taken.take(told)
    assert (taken.batch_id, taken.rows, taken.unreadable, taken.batches) == (4, 7, 2, 1)


def test_a_batch_told_again_counts_once() -> None:
    taken = Progress()
    for _ in range(2):
        taken.take(progress(4, 7, WORKED, unreadable=2))
    assert (taken.unreadable, taken.batches) == (2, 1)


def test_a_wait_changes_nothing() -> None:
    taken = Progress()
    taken.take(progress(4, 7, WORKED))
    before = taken.batch_id, taken.rows, taken.batches, taken.updated_at
    taken.take(progress(5, 0, WAITED))
    assert (taken.batch_id, taken.rows, taken.batches, taken.updated_at) == before
