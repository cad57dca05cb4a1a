"""What the connectors write into the topics."""

import re
from typing import Any

import pytest

from settings import Database
from tests.integration.connectors.probe import eventually, query, records

pytestmark = pytest.mark.usefixtures("running")

ISO_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def events_of(topic: str, row: int, expected: int) -> list[dict[str, Any]]:
    def events() -> list[dict[str, Any]]:
        found = [each.value for each in records(topic) if each.key == {"id": row}]
        assert len(found) >= expected
        return found

    return eventually(events)


def test_a_row_is_told_from_its_birth_to_its_end() -> None:
    [(row,)] = query(
        Database.INSTASHOP,
        "INSERT INTO product (name, category, brand, price, cost) VALUES ('Lamp', 'Home', 'Lux', 12.30, 7.05) "
        "RETURNING id",
    )
    query(Database.INSTASHOP, "UPDATE product SET price = 1250.50 WHERE id = %s", row)
    query(Database.INSTASHOP, "DELETE FROM product WHERE id = %s", row)

    created, updated, deleted = events_of("product", row, expected=3)

    assert [event["op"] for event in (created, updated, deleted)] == ["c", "u", "d"]
    assert created["before"] is None
    assert deleted["after"] is None
    assert (created["after"]["price"], created["after"]["cost"]) == ("12.30", "7.05")
    assert updated["before"] == created["after"]  # the whole old row, not only its key
    assert updated["after"]["price"] == "1250.50"
    assert deleted["before"] == updated["after"]
    assert ISO_UTC.fullmatch(created["after"]["created_at"])
    assert isinstance(created["source"]["lsn"], int)
    assert isinstance(created["source"]["ts_ms"], int)


def test_the_slot_of_an_idle_database_moves_on() -> None:
    [(before,)] = query(Database.ERP, "SELECT pg_current_wal_lsn()")
    query(Database.CRM, "CREATE TEMPORARY TABLE busy AS SELECT generate_series(1, 1)")  # WAL of another database

    def confirmed() -> None:
        # The heartbeats write every 10 s.
        [(moved,)] = query(
            Database.ERP,
            "SELECT confirmed_flush_lsn > %s FROM pg_replication_slots WHERE slot_name = 'erp_cdc'",
            before,
        )
        assert moved

    eventually(confirmed)
