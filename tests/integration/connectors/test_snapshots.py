"""A new snapshot replaces what was written before, exactly, whatever was interrupted."""

from collections import defaultdict
from contextlib import AbstractContextManager
from typing import Any

import pytest

from connectors import lifecycle, resets
from connectors.connect_api import Connect
from connectors.definitions import Definition, load
from connectors.postgres import SourceDatabase
from settings import Database, settings
from tests.integration.connectors.probe import connectors, eventually, query, records, rows_of

[CARRIERS] = load(["ecommerce-connector"])
ADD = "INSERT INTO carrier (name, country) SELECT 'carrier ' || md5(random()::text), 'DE' FROM generate_series(1, %s)"


def in_hand(definition: Definition) -> AbstractContextManager[lifecycle.Lifecycle]:
    return lifecycle.in_hand(definition, Connect(60), 60, print)


@pytest.fixture(autouse=True)
def carriers(running: None) -> None:  # noqa: ARG001 - first the connector, so that they are no snapshot yet
    query(Database.ECOMMERCE, ADD, 50)


def assert_exact() -> None:
    def exact() -> None:
        assert rows_of("carrier") == {row for (row,) in query(Database.ECOMMERCE, "SELECT id FROM carrier")}

    eventually(exact)


def tails() -> dict[int, list[Any]]:
    """Return what each partition holds from its last reset on."""
    partitions: dict[int, list[Any]] = defaultdict(list)
    for record in records("carrier"):
        if record.value["op"] == "reset":
            partitions[record.partition].clear()
        partitions[record.partition].append(record.value)
    return partitions


def test_resync_writes_a_reset_into_every_partition_and_then_the_snapshot() -> None:
    assert_exact()
    query(Database.ECOMMERCE, "DELETE FROM carrier WHERE id = (SELECT min(id) FROM carrier)")

    result = connectors("resync", "ecommerce-connector")

    assert result.returncode == 0, result.stderr
    assert_exact()
    partitions = tails()
    assert len(partitions) == settings().partitions
    assert {events[0]["op"] for events in partitions.values()} == {"reset"}
    assert {event["op"] for events in partitions.values() for event in events[1:]} == {"r"}
    [position] = {event["source"]["lsn"] for events in partitions.values() for event in events[1:]}
    assert all(events[0]["source"]["lsn"] <= position for events in partitions.values())


@pytest.mark.parametrize(
    ("owner", "step"),
    [(SourceDatabase, "drop_slot"), (resets, "write"), (Connect, "resume")],
    ids=["before the slot is dropped", "before the resets", "before it is resumed"],
)
def test_a_resync_that_was_interrupted_is_taken_up(owner: object, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, in_hand(CARRIERS) as connector:
        patch.setattr(owner, step, interrupt)
        with pytest.raises(KeyboardInterrupt):
            connector.begin_anew()
    query(Database.ECOMMERCE, ADD, 5)

    result = connectors()

    assert result.returncode == 0, result.stderr
    assert "ecommerce-connector takes a new snapshot: it has no stored offsets" in result.stdout
    assert_exact()


def test_a_snapshot_on_a_slot_that_was_there_before_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a crash within a snapshot: Debezium would read some rows that it then streams once more."""
    resume = Connect.resume

    def resume_late(connect: Connect, name: str) -> None:
        query(Database.ECOMMERCE, "SELECT pg_create_logical_replication_slot('ecommerce_cdc', 'pgoutput')")
        resume(connect, name)

    with monkeypatch.context() as patch, in_hand(CARRIERS) as connector:
        patch.setattr(Connect, "resume", resume_late)
        connector.begin_anew()

    def refused() -> None:
        result = connectors("status", "ecommerce-connector")
        assert result.returncode == 1
        assert "the snapshot was interrupted and has to begin anew" in result.stderr

    eventually(refused)
    result = connectors("restart", "ecommerce-connector")
    assert result.returncode == 0, result.stderr
    assert_exact()
