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


def test_a_connector_that_stands_still_is_not_shown_as_good() -> None:
    beat = (datetime.now(UTC) - timedelta(seconds=45)).isoformat()
    text = shown(view_of(status_connectors=watched(READS | {"heartbeat_at": beat})))
    assert "\x1b[31mRUNNING, stands still" in line(text, "erp-connector")


def counted(age: timedelta) -> dict[str, Any]:
    return {"total_events": 7, "as_of": (datetime.now(UTC) - age).isoformat()}


@pytest.mark.parametrize(("age", "is_amber"), [(timedelta(seconds=2), False), (timedelta(minutes=2), True)])
def test_the_numbers_are_shown_with_their_age(age: timedelta, is_amber: bool) -> None:
    document = counted(age)
    told = line(shown(view_of(metrics_dashboard=document)), "as of ")
    assert f"{datetime.fromisoformat(document['as_of']):%H:%M:%S} UTC" in told
    assert ("\x1b[33m" in told) == is_amber
    assert "not known" in line(shown(view_of(metrics_dashboard={"total_events": 7})), "as of ")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"compared_at": None, "numbers": 0, "differences": 0}, "not compared with SQL yet"),
        ({"numbers": 432, "differences": 0}, "432 numbers equal to SQL"),
        ({"numbers": 432, "differences": 2}, "2 of 432 differ from SQL"),
        (
            {
                "numbers": 7,
                "differences": 0,
                "databases": [{"name": "crm_db", "reason": "a snapshot"}, {"name": "dwh"}],
            },
            "s ago, crm_db not just now (a snapshot)",
        ),
    ],
)
def test_the_last_comparison_with_sql_is_shown(document: dict[str, Any], said: str) -> None:
    now = datetime.now(UTC).isoformat()
    told = shown(view_of(status_reconcile={"updated_at": now, "compared_at": now} | document))
    assert said in line(told, "compared ")


def test_what_is_wrong_is_said_with_what_to_do() -> None:
    told = shown(view_of(metrics_dashboard={"total_events": 7}, status_connectors=watched(READS | {"problem": "gone"})))
    assert "✗ connectors: gone." in told
    assert "python -m connectors restart" in told
