"""How old a query's rows are: by the batches that ended, and the heartbeats of its slowest source."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pyspark.sql.streaming.listener import StreamingQueryProgress

from freshness import Beat
from spark.frontier import QueryFrontier, next_offsets
from spark.standing import Standing

WORKED = {"addBatch": 5, "triggerExecution": 9}
WAITED = {"triggerExecution": 2}
ORDERS, STOCK = ("order", "line"), ("stock",)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def beat(topics: tuple[str, ...], second: int, **ends: list[int]) -> Beat:
    offsets = {(topic, number): end for topic, of_topic in ends.items() for number, end in enumerate(of_topic)}
    return Beat(topics, second * 1000, offsets)


@pytest.fixture
def standing() -> Standing:
    return Standing()


@pytest.fixture
def frontier(standing: Standing) -> QueryFrontier:
    return QueryFrontier(("order", "stock"), standing)


def test_a_query_of_several_topics_is_as_old_as_its_slowest_source(frontier: QueryFrontier, standing: Standing) -> None:
    frontier.processed({("order", 0): 3, ("order", 1): 0, ("stock", 0): 5})
    frontier.heard(beat(ORDERS, 10, order=[3, 0], line=[99]))
    assert standing.as_of is None  # nothing was heard of the stock
    frontier.heard(beat(STOCK, 8, stock=[5]))
    assert standing.as_of == at(8)
    frontier.heard(beat(STOCK, 11, stock=[5]))
    assert standing.as_of == at(10)
    frontier.heard(beat(ORDERS, 12, order=[4, 0]))
    assert standing.as_of == at(10)
    frontier.processed({("order", 0): 4, ("order", 1): 0, ("stock", 0): 5})
    assert standing.as_of == at(11)


def test_topics_that_are_empty_are_as_new_as_their_heartbeats(frontier: QueryFrontier, standing: Standing) -> None:
    frontier.heard(beat(ORDERS, 1, order=[0, 0]))
    frontier.heard(beat(STOCK, 2, stock=[0]))
    assert standing.as_of == at(1)


def test_a_partition_that_the_query_does_not_know_yet_holds_it(frontier: QueryFrontier, standing: Standing) -> None:
    frontier.processed({("order", 0): 3, ("stock", 0): 5})
    frontier.heard(beat(ORDERS, 1, order=[3]))
    frontier.heard(beat(STOCK, 9, stock=[5]))
    frontier.heard(beat(ORDERS, 2, order=[3, 1]))
    assert standing.as_of == at(1)
    frontier.processed({("order", 0): 3, ("order", 1): 1, ("stock", 0): 5})
    assert standing.as_of == at(2)


def test_a_new_snapshot_makes_it_unknown_until_a_later_heartbeat(frontier: QueryFrontier, standing: Standing) -> None:
    frontier.processed({("order", 0): 3, ("stock", 0): 5})
    frontier.heard(beat(ORDERS, 1, order=[3]))
    frontier.heard(beat(STOCK, 2, stock=[5]))
    frontier.heard(Beat(("another",), None, {}))
    assert standing.as_of == at(1)
    frontier.heard(Beat(ORDERS, None, {}))
    assert standing.as_of is None
    frontier.processed({("order", 0): 4, ("stock", 0): 5})
    assert standing.as_of is None
    frontier.heard(beat(ORDERS, 3, order=[4]))
    assert standing.as_of == at(2)


def progress(durations: dict[str, int], *offsets: tuple[Any, Any]) -> StreamingQueryProgress:
    sources = [
        {
            "description": "KafkaV2[Subscribe[order]]",
            "startOffset": start,
            "endOffset": end,
            "latestOffset": end,
            "numInputRows": 0,
            "inputRowsPerSecond": 0.0,
            "processedRowsPerSecond": 0.0,
            "metrics": {},
        }
        for start, end in offsets
    ]
    told: dict[str, Any] = {
        "id": "4a3c0c5e-1df4-43b7-8f10-0d5d0b3c5f11",
        "runId": "e1a9ab0e-8f5d-4b7e-9d2f-2d2a1b7c9a22",
        "name": "transactions",
        "timestamp": "2026-01-01T00:00:00.000Z",
        "batchId": 1,
        "batchDuration": 9,
        "durationMs": durations,
        "eventTime": {},
        "stateOperators": [],
        "sources": sources,
        "sink": {"description": "", "numOutputRows": -1},
        "numInputRows": 0,
        "inputRowsPerSecond": 0.0,
        "processedRowsPerSecond": 0.0,
        "observedMetrics": {},
    }
    return StreamingQueryProgress.fromJson(told)


BEFORE, AFTER, OTHER = {"order": {"0": 3, "1": 0}}, {"order": {"0": 7, "1": 2}}, {"stock": {"0": 1}}


def test_a_batch_that_ended_reaches_its_end_over_all_its_sources() -> None:
    found = next_offsets(progress(WORKED, (BEFORE, AFTER), (None, OTHER)))
    assert found == {("order", 0): 7, ("order", 1): 2, ("stock", 0): 1}


def test_a_query_that_waits_has_reached_what_it_begins_with() -> None:
    """Also after a start with nothing new: it tells of no batch then."""
    assert next_offsets(progress(WAITED, (BEFORE, AFTER))) == {("order", 0): 3, ("order", 1): 0}


def test_a_query_that_has_never_run_has_reached_nothing() -> None:
    assert next_offsets(progress(WAITED, (None, None))) == {}


def test_offsets_may_come_as_text() -> None:
    assert next_offsets(progress(WORKED, (json.dumps(BEFORE), json.dumps(OTHER)))) == {("stock", 0): 1}
