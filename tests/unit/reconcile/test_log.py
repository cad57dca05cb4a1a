"""Where in the heartbeats a comparison begins and ends."""

import json
from typing import NamedTuple

from reconcile.log import SLACK_MS, Markers, _Looking
from reconcile.visibility import IDS


class Record(NamedTuple):
    timestamp: int
    value: bytes | None


def beat(written_ms: int, tx_id: int | None, op: str = "u") -> Record:
    return Record(written_ms, json.dumps({"op": op, "source": {"ts_ms": 1, "txId": tx_id}}).encode())


MARKERS = Markers(end=0, first=IDS + 6, second=IDS + 9)


def test_the_window_begins_at_the_earliest_time_that_kafka_has() -> None:
    """Not at that of the first record: the clock was set back behind it."""
    looking = _Looking(MARKERS)
    looking.take([beat(50_000, 5), beat(20_000, 6), Record(10, b"{}"), Record(10, None)])
    assert not looking.is_done
    looking.take([beat(21_000, 9), beat(1, 10)])
    assert looking.is_done
    assert looking.window() == (20_000 - SLACK_MS, 5, True)


def test_a_first_marker_that_came_as_a_row_of_a_snapshot_is_missing() -> None:
    looking = _Looking(MARKERS)
    looking.take([beat(50_000, None, "reset"), beat(51_000, 6, "r"), beat(52_000, 9)])
    assert looking.window() == (50_000 - SLACK_MS, 9, False)
