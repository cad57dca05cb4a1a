"""A process and its log."""

import signal
from pathlib import Path

import pytest

from stack import process
from stack.process import Process


def test_a_long_log_begins_anew_and_is_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LONG", 10)
    for folder in ("logs", "run"):
        (tmp_path / folder).mkdir()
    speaker = Process("speaker", tmp_path)
    for words in ("short", "much longer than that", "and again"):
        speaker.start(["sh", "-c", f"echo {words}"], folder=tmp_path, environment={}, user=None)
        speaker.stop(signal.SIGCONT)  # it ends by itself

    assert speaker.log.read_text() == "and again\n"
    assert speaker.log.with_suffix(".log.1").read_text() == "short\nmuch longer than that\n"
