"""``python -m connectors`` and its sub-commands: what runs afterwards, and what is said."""

import asyncio
import json
from typing import Any

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from connectors.definitions import captured
from connectors.topics import OF_THE_APP, admin
from settings import Database
from tests.integration.connectors.probe import connectors, eventually, query, rows_of

pytestmark = pytest.mark.usefixtures("running")

NAMES = ["crm-connector", "ecommerce-connector", "erp-connector", "instashop-connector"]
READERS = "SELECT slot_name, active_pid FROM pg_replication_slots WHERE active ORDER BY slot_name"
CUT_OFF = "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = 'erp_cdc'"


def status(*names: str) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = json.loads(connectors("status", "--json", *names).stdout)
    return seen


def test_all_run_and_a_second_time_changes_nothing() -> None:
    before = query(Database.ERP, READERS)

    result = connectors()

    assert result.returncode == 0, result.stderr
    assert [slot for slot, _ in before] == ["crm_cdc", "ecommerce_cdc", "erp_cdc", "instashop_cdc"]
    assert query(Database.ERP, READERS) == before  # no task was restarted
    assert [(seen["name"], seen["state"], seen["tasks"]) for seen in status()] == [
        (name, "RUNNING", ["RUNNING"]) for name in NAMES
    ]


def test_one_that_is_named_is_restarted_though_it_runs() -> None:
    before = dict(query(Database.ERP, READERS))

    assert connectors("restart").returncode == 0
    assert dict(query(Database.ERP, READERS)) == before
    result = connectors("restart", "erp-connector")

    assert result.returncode == 0, result.stderr

    def restarted() -> None:
        after = dict(query(Database.ERP, READERS))
        assert after.pop("erp_cdc") != before["erp_cdc"]
        assert after == {slot: pid for slot, pid in before.items() if slot != "erp_cdc"}

    eventually(restarted)


def test_topics_keep_what_a_new_measure_is_counted_from() -> None:
    async def retention() -> dict[str, str]:
        asked = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in (*captured(), *OF_THE_APP)]
        async with admin() as client:
            answers = await client.describe_configs(asked)
        return {
            topic: value
            for answer in answers
            for _, _, _, topic, entries in answer.resources
            for name, value, *_ in entries
            if name == "retention.ms"
        }

    kept = asyncio.run(retention())
    assert {"transaction", "interaction", "dead_letters", "transaction_items"} <= kept.keys()
    assert set(kept.values()) == {"-1"}


def test_a_failed_task_is_shown_by_its_cause_and_put_right() -> None:
    query(Database.ERP, "ALTER ROLE instashop_cdc PASSWORD 'another'")
    query(Database.ERP, CUT_OFF)

    def failed() -> str:
        result = connectors("status", "erp-connector")
        assert result.returncode == 1
        assert "failed" in result.stderr
        return result.stderr

    cause = 'erp-connector failed: FATAL: password authentication failed for user "instashop_cdc"\n'
    assert eventually(failed) == cause
    result = connectors()  # sets the role's password as well
    assert result.returncode == 0, result.stderr


def test_a_missing_publication_is_noticed_though_postgresql_says_nothing() -> None:
    query(Database.ERP, "DROP PUBLICATION erp_cdc")
    query(
        Database.ERP,
        "INSERT INTO stock (product_id, warehouse, quantity, reorder_level, unit_cost) "
        "SELECT 1, 'unseen ' || count(*), 1, 1, 1 FROM stock",
    )

    result = connectors("status")
    assert (result.returncode, result.stderr) == (
        1,
        "erp-connector misses the changes of public.stock: not in its publication\n",
    )
    result = connectors()
    assert result.returncode == 0, result.stderr
    expected = {row for (row,) in query(Database.ERP, "SELECT id FROM stock")}

    def exact() -> None:
        assert rows_of("stock") == expected

    eventually(exact)


def test_delete_leaves_nothing_that_keeps_wal() -> None:
    result = connectors("delete", "erp-connector")

    assert result.returncode == 0, result.stderr
    assert query(Database.ERP, "SELECT slot_name FROM pg_replication_slots WHERE slot_name = 'erp_cdc'") == []
    assert query(Database.ERP, "SELECT pubname FROM pg_publication") == []
    assert [(seen["state"], seen["snapshot"]) for seen in status("erp-connector")] == [("ABSENT", "none")]
    assert connectors("delete", "erp-connector").returncode == 0
