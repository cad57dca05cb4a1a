"""Which workers have ended without saying so."""

import json

from app.starts import KEPT_MS, SILENT_MS, document

NOW_MS = 1_796_000_000_000


def test_who_is_silent_has_crashed_and_is_counted_for_a_while() -> None:
    alive, crashed, forgotten = NOW_MS - SILENT_MS, NOW_MS - SILENT_MS - 1, NOW_MS - KEPT_MS - 1
    said = json.loads(document(NOW_MS, [alive, crashed, crashed - 5_000, forgotten]))
    assert said == {
        "updated_at": "2026-11-30T00:53:20.000Z",
        "crashes": 2,
        "since": "2026-11-30T00:53:04.999Z",
    }


def test_without_a_crash_there_is_no_since() -> None:
    said = json.loads(document(NOW_MS, [NOW_MS]))
    assert (said["crashes"], said["since"]) == (0, None)
