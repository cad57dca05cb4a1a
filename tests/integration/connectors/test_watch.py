"""The watch on a connector that fails."""

import json
from typing import Any

import pytest
from redis import Redis

import databases
from connectors.errors import ConnectorsError
from connectors.watch import KEY, watch
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
