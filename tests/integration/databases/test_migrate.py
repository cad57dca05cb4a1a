"""Migrations on a real server: whole or not at all, once, and with an error that says what to do."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import sql

from databases import DatabaseError, RefusedError, UnreachableError, failure
from databases.migrate import MIGRATIONS, change, load, migrate
from databases.tables import LOADING
from settings import Database, Role, Settings
from spark.warehouse.rows import HISTORY, ROWS
from tests.integration.shop import ShopDatabases, fresh

RECORD = "SELECT name FROM migration.applied ORDER BY number"
POSITIONS = "SELECT topic, kafka_partition, kafka_offset FROM staging.position ORDER BY topic, kafka_partition"
CREATED = "CREATE TABLE thing (id integer PRIMARY KEY)"


@pytest.fixture
def shop(stack: Settings) -> Iterator[ShopDatabases]:
    with fresh(stack) as databases:
        databases.maintain(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(databases.name(Database.CRM))))
        yield databases


def run(shop: ShopDatabases, folder: Path) -> list[str]:
    with closing(psycopg2.connect(shop.url(Database.CRM))) as connection:
        return migrate(Database.CRM, connection, folder)


def recorded(shop: ShopDatabases) -> list[str]:
    return [name for (name,) in shop.query(Database.CRM, RECORD)]


def test_each_file_is_applied_once(shop: ShopDatabases, tmp_path: Path) -> None:
    (tmp_path / "0001_thing.sql").write_text(CREATED)
    assert run(shop, tmp_path) == ["0001_thing.sql"]
    (tmp_path / "0002_colour.sql").write_text("ALTER TABLE thing ADD COLUMN colour text")
    assert run(shop, tmp_path) == ["0002_colour.sql"]
    assert run(shop, tmp_path) == []
    assert recorded(shop) == ["0001_thing.sql", "0002_colour.sql"]
    assert shop.query(Database.CRM, "SELECT id, colour FROM thing") == []


def test_one_that_fails_is_named_and_leaves_what_was_there(shop: ShopDatabases, tmp_path: Path) -> None:
    (tmp_path / "0001_thing.sql").write_text(CREATED)
    (tmp_path / "0002_bad.sql").write_text("INSERT INTO thing VALUES (1); INSERT INTO thing VALUES (1)")
    (tmp_path / "0003_never.sql").write_text("DROP TABLE thing")
    with pytest.raises(RefusedError, match=r"duplicate key .*; migration 0002_bad\.sql was rolled back$"):
        run(shop, tmp_path)
    assert recorded(shop) == ["0001_thing.sql"]
    assert shop.query(Database.CRM, "SELECT id FROM thing") == []

    (tmp_path / "0002_bad.sql").write_text("INSERT INTO thing VALUES (1)")
    assert run(shop, tmp_path) == ["0002_bad.sql", "0003_never.sql"]


def test_a_snapshot_that_reads_the_table_makes_it_give_way(shop: ShopDatabases, tmp_path: Path) -> None:
    (tmp_path / "0001_thing.sql").write_text(CREATED)
    run(shop, tmp_path)
    (tmp_path / "0002_colour.sql").write_text("ALTER TABLE thing ADD COLUMN colour text")
    with closing(psycopg2.connect(shop.url(Database.CRM))) as reader, reader, reader.cursor() as cursor:
        cursor.execute("SELECT * FROM thing")
        with pytest.raises(UnreachableError, match=r"a snapshot or a long transaction holds .*0002_colour\.sql"):
            run(shop, tmp_path)
    assert run(shop, tmp_path) == ["0002_colour.sql"]


def test_the_refusal_names_the_database(shop: ShopDatabases, tmp_path: Path) -> None:
    (tmp_path / "0001_thing.sql").write_text(CREATED)
    run(shop, tmp_path)
    (tmp_path / "0001_thing.sql").write_text(CREATED + " -- another")
    with pytest.raises(DatabaseError, match=r"^PostgreSQL crm_db at \S+: migration 0001_thing\.sql has changed"):
        run(shop, tmp_path)


def test_the_command_records_all_and_says_what_it_did(shop: ShopDatabases) -> None:
    said = shop.run("databases")
    for database in Database:
        names = [each.name for each in load(MIGRATIONS / database.value)]
        assert [name for (name,) in shop.query(database, RECORD)] == names
        assert all(f"{database.value}: migration {name} is applied" in said for name in names)
    assert "migration" not in shop.run("databases")


def test_a_newer_database_is_told_in_one_line(shop: ShopDatabases) -> None:
    shop.run("databases")
    shop.query(Database.DWH, "INSERT INTO migration.applied VALUES (9999, '9999_future.sql', '')")
    process = shop.start("databases")
    said, _ = process.communicate()
    assert process.returncode == 1
    assert said.splitlines()[-1].startswith("databases: PostgreSQL dwh_db at ")
    assert "it has had migration 9999_future.sql, which this version lacks" in said
    assert "Traceback" not in said


def test_a_database_of_version_0_1_0_keeps_its_rows_and_is_recorded(shop: ShopDatabases) -> None:
    """Such a database has the tables of the first migration, and no record."""
    shop.run("databases")
    shop.query(Database.CRM, "INSERT INTO interaction (customer_id, session_id, type) VALUES (1, 's', 'view')")
    for database in Database:
        shop.query(database, "DROP SCHEMA migration CASCADE")
    shop.query(Database.DWH, "DROP TABLE staging.position")
    shop.run("databases")
    assert shop.query(Database.CRM, "SELECT session_id FROM interaction") == [("s",)]
    assert shop.query(Database.DWH, RECORD) == [("0001_tables.sql",), ("0002_position.sql",)]
    assert shop.query(Database.DWH, POSITIONS) == []


def test_a_warehouse_of_version_0_1_0_gets_the_positions_of_its_rows(shop: ShopDatabases) -> None:
    """In whichever table the last record of a partition stands; a partition of an earlier Kafka is below zero."""
    shop.run("databases")
    carrier = "INSERT INTO staging.carrier VALUES ({}, 'DHL', 'DE', now(), {}, {}, now(), false)"
    for row in ((1, 0, 4), (2, 0, 9), (3, 1, 2), (4, -1_000_000, 70)):
        shop.query(Database.DWH, carrier.format(*row))
    customer = "'Ann', 'DE', 'vip', now()"
    shop.query(Database.DWH, f"INSERT INTO staging.customer VALUES (1, {customer}, 1, 5, now(), false)")  # noqa: S608
    shop.query(Database.DWH, f"INSERT INTO staging.customer_change VALUES (1, {customer}, 'c', 0, 3, now())")  # noqa: S608
    shop.query(Database.DWH, "INSERT INTO staging.reset VALUES ('carrier', 1, 6, now()), ('shipment', 0, 0, now())")
    shop.query(Database.DWH, "INSERT INTO staging.unreadable VALUES ('stock', 2, 8)")
    shop.query(Database.DWH, "DROP SCHEMA migration CASCADE; DROP TABLE staging.position")
    shop.run("databases")
    assert shop.query(Database.DWH, POSITIONS) == [
        *(("carrier", 0, 9), ("carrier", 1, 6)),
        *(("customer", 0, 3), ("customer", 1, 5)),
        ("shipment", 0, 0),
        ("stock", 2, 8),
    ]


def test_every_topic_of_the_warehouse_gets_its_positions() -> None:
    script = (MIGRATIONS / "dwh_db" / "0002_position.sql").read_text()
    tables = {*ROWS, *(f"{topic}_change" for topic in HISTORY), "reset", "unreadable"}
    assert set(re.findall(r"FROM staging\.(\w+)", script)) == tables


def test_a_migration_does_not_wait_without_end_for_a_load(shop: ShopDatabases, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run("databases")
    monkeypatch.setattr("databases.migrate.LOAD_TIMEOUT_S", 1)
    with (
        closing(psycopg2.connect(shop.url(Database.DWH, Role.WAREHOUSE))) as loader,
        closing(psycopg2.connect(shop.url(Database.DWH))) as connection,
    ):
        with loader, loader.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOADING])
            told = r"^PostgreSQL dwh_db at \S+: a load of the warehouse is at work for more than 1 s"
            with pytest.raises(UnreachableError, match=told), change(Database.DWH, connection):
                pytest.fail("the load goes on")
        with change(Database.DWH, connection) as migration:
            migration.execute("SHOW lock_timeout")
            assert migration.fetchone() == ("900ms",)


def test_the_views_of_live_follow_the_columns_of_staging(shop: ShopDatabases) -> None:
    shop.run("databases")
    shop.query(Database.DWH, "ALTER TABLE staging.carrier RENAME country TO home")
    shop.run("databases")
    shop.query(Database.DWH, "DROP SCHEMA live CASCADE; ALTER TABLE staging.carrier ALTER home TYPE varchar(2)")
    shop.run("databases")
    assert shop.query(Database.DWH, "SELECT home FROM live.carrier", Role.WAREHOUSE) == []


def test_a_job_that_is_newer_than_its_database_is_told_what_to_do(shop: ShopDatabases) -> None:
    shop.run("databases")
    shop.query(Database.DWH, "DROP TABLE staging.position")
    with pytest.raises(psycopg2.Error) as raised:
        shop.query(Database.DWH, "SELECT * FROM staging.position", Role.WAREHOUSE)
    told = failure(Database.DWH, raised.value, Role.WAREHOUSE)
    assert 'relation "staging.position" does not exist' in str(told)
    assert "python -m databases brings an older database up to this version" in str(told)
