"""What `python -m databases` makes, and what each role may do there."""

import re
from collections.abc import Iterator

import psycopg2
import psycopg2.errors
import pytest

from databases import TABLES
from settings import SOURCES, Database, Role, Settings
from tests.integration.shop import ShopDatabases, fresh

# A row of each table with the columns that others rely on, and no more.
PLAIN_ROWS = {
    "customer": "(name, email, country, segment) VALUES ('Ann', 'ann@example.com', 'DE', 'vip')",
    "buyer": "(name, email) VALUES ('Bo', 'bo@example.com')",
    "product": "(name, category, brand, price, cost) VALUES ('Lamp', 'home', 'Lumio', 19.99, 9.50)",
    "transaction": "(customer_id, status, payment_method, channel, country, currency, total_amount)"
    " VALUES (1, 'pending', 'card', 'web', 'DE', 'EUR', 39.98)",
    "transactiondetail": "(transaction_id, product_id, quantity, unit_price) VALUES (1, 1, 2, 19.99)",
    "interaction": "(customer_id, session_id, product_id, type) VALUES (1, 's', 1, 'view')",
    "stock": "(product_id, warehouse, quantity, reorder_level, unit_cost) VALUES (1, 'Lyon', 5, 10, 9.50)",
    "carrier": "(name, country) VALUES ('DHL', 'DE')",
    "shipment": "(transaction_id, carrier_id, status, promised_at) VALUES (1, 1, 'created', now())",
}
ALL = [(database, table) for database, tables in TABLES.items() for table in tables]


@pytest.fixture(scope="module")
def shop(stack: Settings) -> Iterator[ShopDatabases]:
    with fresh(stack) as databases:
        creators = [databases.start("databases") for _ in range(3)]  # at once: none may trip over another
        said = [creator.communicate()[0] for creator in creators]
        assert [creator.returncode for creator in creators] == [0, 0, 0], said
        for database, table in ALL:
            databases.query(database, f"INSERT INTO {table} {PLAIN_ROWS[table]}", Role.GENERATOR)
        databases.run("databases")  # again, on a shop that has rows
        yield databases


@pytest.mark.parametrize("database", SOURCES)
def test_change_events_will_hold_the_old_row(shop: ShopDatabases, database: Database) -> None:
    tables = "SELECT relname, relreplident FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    expected = dict.fromkeys(TABLES[database], "f") | {"heartbeat": "d"}
    assert dict(shop.query(database, tables)) == expected


@pytest.mark.parametrize(("database", "table"), ALL)
def test_nobody_truncates(shop: ShopDatabases, database: Database, table: str) -> None:
    for role in (None, Role.GENERATOR, Role.CDC):  # the owner is a superuser
        with pytest.raises(psycopg2.Error, match=r"TRUNCATE|permission denied"):
            shop.query(database, f"TRUNCATE {table} CASCADE", role)


@pytest.mark.parametrize(("database", "table"), ALL)
def test_the_connector_reads_and_the_generator_owns_nothing(
    shop: ShopDatabases, database: Database, table: str
) -> None:
    assert len(shop.query(database, f"SELECT * FROM {table}", Role.CDC)) == 1  # noqa: S608
    for statement in (f"DELETE FROM {table}", f"INSERT INTO {table} {PLAIN_ROWS[table]}", f"DROP TABLE {table}"):  # noqa: S608
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            shop.query(database, statement, Role.CDC)
    for statement in (f"DROP TABLE {table}", f"ALTER TABLE {table} REPLICA IDENTITY DEFAULT", "CREATE TABLE mine ()"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            shop.query(database, statement, Role.GENERATOR)


@pytest.mark.parametrize("database", SOURCES)
def test_the_heartbeat_is_the_connectors_alone(shop: ShopDatabases, database: Database) -> None:
    beat = "INSERT INTO heartbeat (id, at) VALUES (1, now()) ON CONFLICT (id) DO UPDATE SET at = excluded.at"
    shop.query(database, beat, Role.CDC)
    shop.query(database, beat, Role.CDC)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        shop.query(database, beat, Role.GENERATOR)


@pytest.mark.parametrize(
    ("database", "statement"),
    [
        (Database.INSTASHOP, "UPDATE transactiondetail SET quantity = 0"),
        (Database.INSTASHOP, "UPDATE transaction SET total_amount = -0.01"),
        (Database.INSTASHOP, "UPDATE transaction SET status = 'lost'"),
        (Database.INSTASHOP, "UPDATE transaction SET currency = 'Euro'"),
        (Database.INSTASHOP, "UPDATE transaction SET customer_id = 99"),
        (Database.INSTASHOP, "UPDATE customer SET country = 'Germany'"),
        (Database.INSTASHOP, "DELETE FROM product"),
        (Database.CRM, "UPDATE interaction SET type = 'stare'"),
        (Database.ERP, "UPDATE stock SET quantity = -1"),
        (Database.ECOMMERCE, "UPDATE shipment SET status = 'lost'"),
        (Database.ECOMMERCE, "DELETE FROM carrier"),
    ],
)
def test_what_cannot_be_is_refused(shop: ShopDatabases, database: Database, statement: str) -> None:
    with pytest.raises(psycopg2.IntegrityError):
        shop.query(database, statement)


def test_updated_at_follows_an_update_by_hand(shop: ShopDatabases) -> None:
    before = shop.query(Database.INSTASHOP, "SELECT updated_at FROM product")
    shop.query(Database.INSTASHOP, "UPDATE product SET price = 24.99")
    assert shop.query(Database.INSTASHOP, "SELECT updated_at FROM product") > before


def test_the_command_says_what_there_is_and_makes_nothing_twice(shop: ShopDatabases) -> None:
    before = shop.query(Database.INSTASHOP, "SELECT count(*) FROM product")
    said = shop.run("databases")
    assert [line.partition(" at ")[0] for line in said.splitlines()] == [database.value for database in Database]
    assert shop.query(Database.INSTASHOP, "SELECT count(*) FROM product") == before


def test_who_may_not_create_or_log_in_is_told_in_one_line(shop: ShopDatabases) -> None:
    for url, reason in (
        (shop.url(Database.CRM, Role.GENERATOR), "permission denied to create role"),
        (re.sub("//.*@", "//nobody:wrong@", shop.url(Database.CRM)), "password authentication failed"),
    ):
        process = shop.start("databases", INSTASHOP_DB_CRM=url)
        said, _ = process.communicate()
        assert process.returncode == 1
        assert re.fullmatch(rf"databases: PostgreSQL crm_db at \S+: {reason}.* \(see INSTASHOP_DB_CRM\)\n", said)
