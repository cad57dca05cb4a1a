"""What Prometheus and an orchestrator are told of a worker."""

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
import requests

from app.monitor import application, serve
from app.others import (
    Compared,
    Connector,
    Connectors,
    Faust,
    Heard,
    Others,
    Query,
    Reconcile,
    Spark,
    Starts,
    Worker,
)
from app.pulse import Pulse
from tests.prometheus import samples_of


def ask(path: str, pulse: Pulse | None, others: Others | None = None) -> tuple[str, str]:
    """Return the status and the text of an answer."""
    environ: dict[str, Any] = {"PATH_INFO": path}
    setup_testing_defaults(environ)
    said: list[str] = []
    body = b"".join(
        application(lambda: pulse, lambda: others or Others())(environ, lambda status, _: said.append(status))
    )
    return said[0], body.decode()


@pytest.fixture
def well() -> Pulse:
    now = time.monotonic()
    return Pulse(now, False, {("stock", "update"): 7}, {"stock": 2}, {"stock": {3: 4}}, now, now, now - 60, now)


def metrics(pulse: Pulse, others: Others | None = None) -> dict[tuple[str, ...], float]:
    """Return the samples of an answer, by their names and the values of their labels."""
    status, text = ask("/metrics", pulse, others)
    assert status == "200 OK"
    return {
        (sample.name, *(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for sample in samples_of(text)
    }


def test_metrics_say_what_the_pulse_says(well: Pulse) -> None:
    samples = metrics(well)
    assert samples["instashop_events", "update", "stock"] == 7
    assert samples["instashop_batches_total", "stock"] == 2
    assert samples["instashop_lag", "3", "stock"] == 4
    assert samples[("instashop_recovering",)] == 0
    assert 60 <= samples[("instashop_commit_age_seconds",)] < 120
    assert samples[("instashop_mirror_age_seconds",)] < 60


def test_metrics_say_what_the_others_say(well: Pulse) -> None:
    parts = {"connectors": Heard("noon", time.monotonic() - 60), "spark": Heard()}
    connectors = (
        Connector("erp-connector", "it failed", None, slot_endangered=False, restarts=3),
        Connector("crm-connector", None, 512, slot_endangered=True, restarts=0),
    )
    samples = metrics(well, Others(parts, Connectors("noon", connectors, 7)))
    assert 60 <= samples["instashop_status_age_seconds", "connectors"] < 120
    assert samples["instashop_status_age_seconds", "spark"] == float("inf")
    assert samples["instashop_connector_well", "erp-connector"] == 0
    assert samples["instashop_connector_well", "crm-connector"] == 1
    assert samples["instashop_connector_restarts", "erp-connector"] == 3
    assert samples["instashop_slot_endangered", "crm-connector"] == 1
    assert samples["instashop_slot_lag_bytes", "crm-connector"] == 512
    assert ("instashop_slot_lag_bytes", "erp-connector") not in samples
    assert samples[("instashop_dead_letters_unseen",)] == 7


def test_metrics_say_how_old_the_numbers_are(well: Pulse) -> None:
    counted = datetime.now(UTC) - timedelta(seconds=60)
    heartbeats = (
        Connector("erp-connector", None, 1, slot_endangered=False, restarts=0, heartbeat_at=counted),
        Connector("crm-connector", None, 1, False, 0, in_snapshot=True, heartbeat_at=counted),
    )
    others = Others(
        connectors=Connectors("noon", heartbeats),
        spark=Spark("noon", {"warehouse": Query(counted), "transactions": Query()}),
        faust=Faust("noon", {"stock": counted, "carrier": None}),
        reconcile=Reconcile("noon", 60, 9, counted, databases=(Compared("erp_db", 2), Compared("crm_db"))),
        starts=Starts("noon", 3),
    )
    samples = metrics(well, others)
    for name in (
        ("instashop_heartbeat_age_seconds", "erp-connector"),
        ("instashop_spark_as_of_age_seconds", "warehouse"),
        ("instashop_as_of_age_seconds", "erp-connector", "stock"),
        ("instashop_reconcile_compared_age_seconds",),
    ):
        assert 60 <= samples[name] < 120
    assert not samples.keys() & {
        ("instashop_heartbeat_age_seconds", "crm-connector"),  # it takes a snapshot
        ("instashop_spark_as_of_age_seconds", "transactions"),
        ("instashop_as_of_age_seconds", "instashop-connector", "carrier"),
        ("instashop_dead_letters_unseen",),
    }
    assert samples["instashop_reconcile_differences", "erp_db"] == 2
    assert samples["instashop_reconcile_differences", "crm_db"] == 0
    assert samples[("instashop_reconcile_every_seconds",)] == 90  # ten times as long as it took
    assert samples[("instashop_worker_crashes",)] == 3


def started(seconds: float) -> Others:
    """Return what is said of parts that started so long ago, and know of no age yet."""
    at = datetime.now(UTC) - timedelta(seconds=seconds)
    return Others(
        connectors=Connectors("noon", started_at=at, reconcile_every_seconds=60),
        spark=Spark("noon", {"warehouse": Query()}, at),
        faust=Faust("noon", {"stock": None}, (Worker(at), Worker())),
        reconcile=Reconcile("noon"),
    )


UNKNOWN = (
    ("instashop_spark_as_of_age_seconds", "warehouse"),
    ("instashop_as_of_age_seconds", "erp-connector", "stock"),
)


def test_an_age_that_is_not_known_is_that_since_the_start(well: Pulse) -> None:
    samples = metrics(well, started(90))
    for name in (*UNKNOWN, ("instashop_reconcile_compared_age_seconds",)):
        assert 90 <= samples[name] < 150
    assert not metrics(well, started(50)).keys() & set(UNKNOWN)


def test_a_connector_that_is_behind_still_moves(well: Pulse) -> None:
    now = datetime.now(UTC)
    behind = Connector("erp-connector", None, 1, False, 0, False, now - timedelta(hours=1), now)
    samples = metrics(well, Others(connectors=Connectors("noon", (behind,))))
    assert samples["instashop_heartbeat_age_seconds", "erp-connector"] >= 3600
    assert samples["instashop_heartbeat_still_seconds", "erp-connector"] < 60


@pytest.mark.parametrize(
    ("reconcile", "seconds"),
    [
        (lambda _: None, 3600),  # since the watch's start
        (lambda now: Reconcile("noon", next_at=now - timedelta(seconds=7)), 7),
        (lambda now: Reconcile((now - timedelta(seconds=151)).isoformat()), 61),  # twice the pause, and 30 s
    ],
)
def test_it_is_told_for_how_long_a_comparison_is_due(
    well: Pulse, reconcile: Callable[[datetime], Reconcile | None], seconds: float
) -> None:
    now = datetime.now(UTC)
    watch = Connectors("noon", started_at=now - timedelta(hours=1), reconcile_every_seconds=60)
    samples = metrics(well, Others(connectors=watch, reconcile=reconcile(now)))
    assert samples[("instashop_reconcile_every_seconds",)] == 60
    assert seconds <= samples[("instashop_reconcile_overdue_seconds",)] < seconds + 60


def test_what_is_not_to_be_compared_is_never_due(well: Pulse) -> None:
    watch = Connectors("noon", started_at=datetime.now(UTC), reconcile_every_seconds=0)
    assert not any("reconcile" in name for name, *_ in metrics(well, Others(connectors=watch)))


@pytest.mark.parametrize("refuses", [False, True])
def test_a_redis_that_refuses_is_seen_though_it_cannot_be_told_there(well: Pulse, refuses: bool) -> None:
    assert metrics(well._replace(redis_refuses=refuses))[("instashop_mirror_refused",)] == refuses


@pytest.mark.parametrize("path", ["/live", "/ready"])
def test_a_worker_that_works_is_live_and_ready(path: str, well: Pulse) -> None:
    assert ask(path, well) == ("200 OK", "ok\n")


@pytest.mark.parametrize("path", ["/live", "/ready"])
def test_one_that_does_not_is_neither_and_it_is_said_why(path: str, well: Pulse) -> None:
    status, text = ask(path, well._replace(moved_at=well.at - 600))
    assert status.startswith("503")
    assert "4 records wait" in text


def test_one_that_starts_or_recovers_is_live_but_not_ready(well: Pulse) -> None:
    for pulse in (None, well._replace(recovering=True)):
        assert ask("/live", pulse)[0] == "200 OK"
        assert ask("/ready", pulse)[0].startswith("503")


def test_while_it_starts_it_says_that_it_recovers() -> None:
    samples = samples_of(ask("/metrics", None)[1])
    assert [(sample.name, sample.value) for sample in samples] == [("instashop_recovering", 1)]


def test_who_connects_and_says_nothing_keeps_nobody_waiting() -> None:
    url = serve(lambda: None, Others, "127.0.0.1", 0)
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))):
        assert requests.get(f"{url}/live", timeout=3).ok


def test_another_path_is_not_there(well: Pulse) -> None:
    assert ask("/", well)[0].startswith("404")
