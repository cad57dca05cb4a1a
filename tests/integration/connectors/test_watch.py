"""The watch on a connector that fails."""

import json
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from redis import Redis

import databases
from connectors.beats import Beats
from connectors.errors import ConnectorsError
from connectors.watch import KEY, watch
from dashboard.faults import CONNECTOR_STILL
from dashboard.verdicts import verdicts
from settings import Database, settings
from tests.integration.connectors.probe import connectors, eventually, query
from tests.integration.connectors.test_command import CUT_OFF

pytestmark = pytest.mark.usefixtures("running")


def reported(name: str) -> dict[str, Any]:
    with Redis.from_url(settings().redis_url) as redis:
        document = json.loads(redis.get(KEY) or "{}")
    return next(report for report in document["connectors"] if report["name"] == name)


def test_a_connector_that_failed_runs_again_and_redis_says_so(caplog: pytest.LogCaptureFixture) -> None:
    watch(once=True)
    assert reported("erp-connector") | {"slot_lag_bytes": 0} == {
        "name": "erp-connector",
        "state": "RUNNING",
        "tasks": ["RUNNING"],
        "problem": None,
        "slot_lag_bytes": 0,
        "slot_endangered": False,
        "restarts": 0,
        "in_snapshot": False,
        "heartbeat_at": None,  # nobody listened
        "heartbeat_moved_at": None,
    }
    assert caplog.text == ""

    query(Database.ERP, "ALTER ROLE instashop_cdc PASSWORD 'another'")
    query(Database.ERP, CUT_OFF)

    def failed() -> None:
        assert "failed" in connectors("status", "erp-connector").stderr

    eventually(failed)
    databases.create()  # gives the role its password back
    watch(once=True)

    (restarted,) = [vars(record) for record in caplog.records if "restarting it" in record.message]
    assert (restarted["event"], restarted["connector"], restarted["restarts"]) == ("restart", "erp-connector", 1)
    assert "password authentication failed" in reported("erp-connector")["problem"]
    assert reported("erp-connector")["restarts"] == 1

    def works() -> None:
        assert connectors("status").returncode == 0

    eventually(works)
    watch(once=True)
    assert reported("erp-connector")["problem"] is None


def test_while_connect_does_not_answer_the_slot_is_still_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise ConnectorsError("Connect does not answer")

    monkeypatch.setattr("connectors.watch.observe", away)
    watch(once=True)
    report = reported("erp-connector")
    assert (report["state"], report["problem"]) == ("UNKNOWN", "Connect does not answer")
    assert report["slot_lag_bytes"] >= 0
    assert report["slot_endangered"] is False


def standing_still() -> list[str]:
    """Return the connectors that are said to stand still, by what is in Redis now."""
    with Redis.from_url(settings().redis_url) as redis:
        found = verdicts({KEY: json.loads(redis.get(KEY) or "{}")}, datetime.now(UTC))
    return [verdict.values["name"] for verdict in found if verdict.fault is CONNECTOR_STILL]


def test_a_connector_that_stands_still_though_it_says_running_is_told() -> None:
    with Beats() as beats, closing(databases.connect(Database.ERP)) as holder:

        def looked(said: list[str]) -> None:
            watch(beats, once=True)
            assert all(reported(name)["heartbeat_at"] for name in ("crm-connector", "erp-connector"))
            assert standing_still() == said

        eventually(lambda: looked([]))
        holder.cursor().execute("LOCK TABLE heartbeat IN EXCLUSIVE MODE")  # for which the connector waits
        eventually(lambda: looked(["erp-connector"]))
        assert (reported("erp-connector")["state"], reported("erp-connector")["problem"]) == ("RUNNING", None)
        holder.rollback()
        eventually(lambda: looked([]))
