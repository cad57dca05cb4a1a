"""Where in the heartbeats a comparison begins and ends."""

import json
from collections.abc import Sequence
from typing import NamedTuple, cast

import msgspec
import pytest
from aiokafka import ConsumerRecord

from reconcile.correction import Correction, Counted, Header
from reconcile.log import SLACK_MS, Markers, Window, _hand_over, _Looking
from reconcile.visibility import IDS, Snapshot


class Record(NamedTuple):
    timestamp: int
    value: bytes | None
    offset: int = 0


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
    assert looking.window() == (20_000, 5, True)


def test_a_first_marker_that_came_as_a_row_of_a_snapshot_is_missing() -> None:
    looking = _Looking(MARKERS)
    looking.take([beat(50_000, None, "reset"), beat(51_000, 6, "r"), beat(52_000, 9)])
    assert looking.window() == (50_000, 9, False)


def test_the_window_is_long_enough_also_if_no_heartbeat_is_as_old() -> None:
    assert Window(80_000, 5, has_first=True).until(20_000).since_ms == 20_000 - SLACK_MS
    assert Window(15_000, 5, has_first=True).until(20_000).since_ms == 15_000 - SLACK_MS
    assert Window(5_000, 5, has_first=True).until(0).since_ms == 0


class Failing(Correction):
    def take(self, offset: int, header: Header, value: bytes) -> None:
        raise msgspec.DecodeError(f"{offset}: {header} {value!r}")


def test_an_error_of_a_correction_is_not_taken_for_a_dead_letter() -> None:
    failing = Failing(Counted(), 0, Snapshot(1, 1, frozenset()), lambda *_: {})
    dead_letters = [Record(1, None), Record(1, b"{"), Record(1, b"\xff")]
    _hand_over(cast(Sequence[ConsumerRecord], dead_letters), [failing])
    with pytest.raises(msgspec.DecodeError):
        _hand_over(cast(Sequence[ConsumerRecord], [beat(1, 5)]), [failing])
