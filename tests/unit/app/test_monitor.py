"""What Prometheus and an orchestrator are told of a worker."""

import socket
import time
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
        reconcile=Reconcile("noon", 60, 9, counted, (Compared("erp_db", 2), Compared("crm_db"))),
        starts=Starts("noon", 3),
    )
    samples = metrics(well, others)
    for name in (
        ("instashop_heartbeat_age_seconds", "erp-connector"),
        ("instashop_spark_as_of_age_seconds", "warehouse"),
        ("instashop_as_of_age_seconds", "stock"),
        ("instashop_reconcile_compared_age_seconds",),
    ):
        assert 60 <= samples[name] < 120
    assert not samples.keys() & {
        ("instashop_heartbeat_age_seconds", "crm-connector"),  # it takes a snapshot
        ("instashop_spark_as_of_age_seconds", "transactions"),
        ("instashop_as_of_age_seconds", "carrier"),
        ("instashop_dead_letters_unseen",),
    }
    assert samples["instashop_reconcile_differences", "erp_db"] == 2
    assert samples["instashop_reconcile_differences", "crm_db"] == 0
    assert samples[("instashop_reconcile_every_seconds",)] == 90  # ten times as long as it took
    assert samples[("instashop_worker_crashes",)] == 3


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
