"""What a record of a heartbeat topic says, and which topics it is about."""

import json
from typing import Any, NamedTuple

import pytest

from cdc.event import RESET
from connectors.definitions import captured
from freshness.heartbeats import Beat, Heartbeat, _newest, heartbeat, sources


class Record(NamedTuple):
    value: bytes | None


def event(op: str, ts_ms: int | None, **source: Any) -> bytes:
    return json.dumps({"op": op, "before": None, "after": {"id": 1}, "source": {"ts_ms": ts_ms, **source}}).encode()


@pytest.mark.parametrize(("op", "is_streamed"), [("c", True), ("u", True), ("r", False), (RESET, False)])
def test_a_change_is_a_heartbeat_and_what_a_snapshot_reads_is_its_beginning(op: str, is_streamed: bool) -> None:
    assert heartbeat(event(op, 5, txId=7)) == Heartbeat(5, 7, is_streamed)


@pytest.mark.parametrize("value", [None, b"", b"\xff", b"[]", b"{}", event("d", 5), event("u", None), event("u", -1)])
def test_what_is_no_heartbeat_is_none(value: bytes | None) -> None:
    assert heartbeat(value) is None


def test_of_heartbeats_in_a_row_the_last_is_heard_and_no_snapshot_is_missed() -> None:
    values = [event("u", 1), event("u", 2), None, event(RESET, 3), event("r", 4), event("u", 5), event("u", 6)]
    said = _newest(("a", "b"), [Record(value) for value in values])
    assert said == [Beat(("a", "b"), 2, {}), Beat(("a", "b"), None, {}), Beat(("a", "b"), 6, {})]


def test_each_captured_topic_has_one_source() -> None:
    topics = [topic for topics in sources().values() for topic in topics]
    assert sorted(topics) == sorted(captured())
    assert len(sources()) == 4
