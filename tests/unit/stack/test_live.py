"""What the demo shows in a terminal, of what stands in Redis."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from stack.live import View

READS = {"name": "erp-connector", "state": "RUNNING", "tasks": ["RUNNING"], "problem": None}


class Redis:
    """Holds these documents."""

    def __init__(self, documents: dict[str, Any]) -> None:
        self.documents = documents

    def mget(self, *keys: str) -> list[str | None]:
        return [json.dumps(self.documents[key]) if key in self.documents else None for key in keys]


def shown(view: View) -> str:
    console = Console(file=StringIO(), width=150, color_system="standard", force_terminal=True)
    with console.capture() as capture:
        console.print(view)
    return capture.get()


def line(text: str, part: str) -> str:
    (found,) = [each for each in text.splitlines() if part in each]
    return found


def view_of(**documents: Any) -> View:
    view = View([], "http://page")
    view._redis = Redis({key.replace("_", ":"): document for key, document in documents.items()})  # type: ignore[assignment]
    view.look()
    return view


def watched(connector: dict[str, Any], age: timedelta = timedelta()) -> dict[str, Any]:
    return {"updated_at": (datetime.now(UTC) - age).isoformat(), "connectors": [connector]}


def test_a_connector_is_shown_with_its_state() -> None:
    assert "\x1b[32mRUNNING" in line(shown(view_of(status_connectors=watched(READS))), "erp-connector")


def test_a_connector_that_runs_and_does_not_read_is_not_shown_as_good() -> None:
    trouble = READS | {"problem": "does not read from its database"}
    assert "\x1b[31mRUNNING" in line(shown(view_of(status_connectors=watched(trouble))), "erp-connector")


@pytest.mark.parametrize("documents", [{}, {"status_connectors": watched(READS, age=timedelta(minutes=2))}])
def test_what_nobody_watches_is_not_shown_as_good(documents: dict[str, Any]) -> None:
    text = shown(view_of(**documents))
    assert "waiting for the watch" in text
    assert "erp-connector" not in text


def test_numbers_that_come_back_are_no_changes() -> None:
    view = view_of(metrics_dashboard={"total_events": 500_000})
    held = view._redis
    view._redis = Redis({})  # type: ignore[assignment]
    view.look()
    view._redis = held
    view.look()
    assert view._rate == 0
