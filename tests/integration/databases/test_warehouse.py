"""What `python -m databases` makes of the warehouse: documented, and no one gets more than a job needs."""

from collections.abc import Iterator

import psycopg2
import psycopg2.errors
import pytest

from settings import Database, Role, Settings
from spark.warehouse.rows import ROWS, columns
from tests.integration.shop import ShopDatabases, fresh

UNDOCUMENTED = """
    SELECT relation.oid::regclass, attname
    FROM pg_class AS relation
    LEFT JOIN pg_attribute AS col ON attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
        AND relkind = 'r'
    WHERE relnamespace IN ('staging'::regnamespace, 'public'::regnamespace, 'report'::regnamespace)
      AND relkind IN ('r', 'v')
      AND (obj_description(relation.oid, 'pg_class') IS NULL
           OR (attname IS NOT NULL AND col_description(relation.oid, attnum) IS NULL))
"""

REPORTS = {
    "sales_by_day": ["day", "orders", "units", "revenue", "average_order_value", "revenue_7d_average"],
    "sales_by_week": ["week", "orders", "units", "revenue", "average_order_value"],
    "sales_by_month": ["month", "orders", "units", "revenue", "average_order_value"],
    "category_by_day": ["day", "category", "orders", "units", "revenue", "cost", "margin"],
    "country_by_day": ["day", "country", "orders", "revenue"],
    "channel_by_day": ["day", "channel", "orders", "revenue"],
    "customers_by_day": ["day", "new_customers", "returning_customers", "new_revenue", "returning_revenue"],
    "product_by_day": ["day", "product_id", "product", "category", "units", "revenue", "cost", "margin"],
    "stock_cover": [
        *("product_id", "product", "category", "warehouse", "quantity", "reorder_level"),
        *("unit_cost", "value", "units_per_day", "days_of_cover"),
    ],
    "delivery_by_day": ["day", "carrier", "shipments", "delivered", "on_time", "late", "average_days"],
    "so_far": ["day", "revenue", "orders", "average_order_value", "sessions", "purchases", "conversion"],
    "freshness": ["table_name", "rows", "newest"],
}
"""What the page reads."""


@pytest.fixture(scope="module")
def warehouse(stack: Settings) -> Iterator[ShopDatabases]:
    with fresh(stack) as databases:
        databases.run("databases")
        databases.run("databases")
        yield databases


def test_every_table_and_column_is_documented(warehouse: ShopDatabases) -> None:
    assert warehouse.query(Database.DWH, UNDOCUMENTED) == []


@pytest.mark.parametrize("topic", ROWS)
def test_staging_has_the_columns_that_are_loaded(warehouse: ShopDatabases, topic: str) -> None:
    names = (
        f"SELECT attname FROM pg_attribute WHERE attrelid = 'staging.{topic}'::regclass AND attnum > 0 ORDER BY attnum"  # noqa: S608
    )
    position = ["kafka_partition", "kafka_offset", "changed_at", "is_deleted"]
    assert [name for (name,) in warehouse.query(Database.DWH, names)] == [*columns(topic), *position]


@pytest.mark.parametrize("report", REPORTS)
def test_the_dashboard_reads_reports_before_anything_is_loaded(warehouse: ShopDatabases, report: str) -> None:
    names = ", ".join(REPORTS[report])
    assert isinstance(warehouse.query(Database.DWH, f"SELECT {names} FROM report.{report}", Role.DASHBOARD), list)  # noqa: S608


@pytest.mark.parametrize("statement", ["DELETE FROM fact_sales", "CREATE TEMP TABLE mine ()", "CREATE TABLE mine ()"])
def test_the_dashboard_only_reads(warehouse: ShopDatabases, statement: str) -> None:
    with pytest.raises((psycopg2.errors.ReadOnlySqlTransaction, psycopg2.errors.InsufficientPrivilege)):
        warehouse.query(Database.DWH, statement, Role.DASHBOARD)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):  # and not by the session's setting alone
        warehouse.query(Database.DWH, f"SET default_transaction_read_only = off; COMMIT; {statement}", Role.DASHBOARD)


@pytest.mark.parametrize("table", ["dim_customer", "fact_sales", "staging.customer", "staging.position"])
def test_the_dashboard_reads_no_table(warehouse: ShopDatabases, table: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        warehouse.query(Database.DWH, f"SELECT * FROM {table}", Role.DASHBOARD)  # noqa: S608


def test_a_query_of_the_dashboard_ends(warehouse: ShopDatabases) -> None:
    assert warehouse.query(Database.DWH, "SHOW statement_timeout", Role.DASHBOARD) == [("10s",)]


def test_the_loader_keeps_its_position(warehouse: ShopDatabases) -> None:
    position = "INSERT INTO staging.position VALUES ('product', 0, 1) RETURNING kafka_offset"
    assert warehouse.query(Database.DWH, position, Role.WAREHOUSE) == [(1,)]


@pytest.mark.parametrize(
    "statement",
    ["DROP TABLE fact_sales", "TRUNCATE fact_sales", "CREATE TABLE mine ()", "DELETE FROM migration.applied"],
)
def test_the_loader_owns_nothing(warehouse: ShopDatabases, statement: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        warehouse.query(Database.DWH, statement, Role.WAREHOUSE)


@pytest.mark.parametrize("role", [Role.GENERATOR, Role.CDC])
def test_no_one_else_gets_in(warehouse: ShopDatabases, role: Role) -> None:
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        warehouse.query(Database.DWH, "SELECT", role)
