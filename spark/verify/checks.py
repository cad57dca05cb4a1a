"""The rules that hold for the warehouse whatever is in it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

from spark.warehouse.rows import ACCEPTED

FOLDER = Path(__file__).parent
SAMPLE = 3
"""Rows that are shown of those that break a rule."""


class Check(NamedTuple):
    """A rule: its name, and the statement that returns the rows that break it."""

    name: str
    statement: sql.Composable


class Outcome(NamedTuple):
    """What a check found: how many rows break the rule, and some of them."""

    name: str
    failures: int
    sample: str = ""


def generic(kind: str, table: str, *columns: str, **values: sql.Composable) -> Check:
    """Return a check of a kind, of a table and its columns."""
    return Check(
        f"{kind} {table} ({', '.join(columns)})",
        sql.SQL((FOLDER / "generic" / f"{kind}.sql").read_text()).format(
            table=sql.Identifier(table), columns=sql.SQL(", ").join(map(sql.Identifier, columns)), **values
        ),
    )


def unique(table: str, *columns: str) -> Check:
    """No two rows have the same values there."""
    return generic("unique", table, *columns)


def not_null(table: str, *columns: str) -> Check:
    """Every row has a value there."""
    return generic("not_null", table, *columns)


def relationships(table: str, column: str, other: str, key: str) -> Check:
    """What a row names there exists."""
    return generic("relationships", table, column, other=sql.Identifier(other), key=sql.Identifier(key))


def accepted_values(table: str, column: str, values: Iterable[str]) -> Check:
    """No row has another value there than these."""
    return generic("accepted_values", table, column, values=sql.SQL(", ").join(map(sql.Literal, values)))


CHECKS: tuple[Check, ...] = (
    unique("dim_date", "date_key"),
    unique("dim_customer", "customer_key"),
    unique("dim_customer", "customer_id", "valid_from"),
    unique("dim_product", "product_key"),
    unique("dim_product", "product_id", "valid_from"),
    unique("dim_carrier", "carrier_key"),
    unique("fact_sales", "line_id"),
    unique("fact_interaction", "interaction_id"),
    unique("fact_stock", "stock_id"),
    unique("fact_shipment", "shipment_id"),
    not_null("fact_sales", "order_id", "date_key", "customer_key", "product_key", "revenue", "cost", "is_revenue"),
    not_null("fact_interaction", "date_key", "customer_key", "session_id", "type"),
    not_null("fact_stock", "date_key", "product_key", "quantity", "value"),
    not_null("fact_shipment", "order_id", "date_key", "carrier_key", "promised_at"),
    relationships("fact_sales", "date_key", "dim_date", "date_key"),
    relationships("fact_sales", "customer_key", "dim_customer", "customer_key"),
    relationships("fact_sales", "product_key", "dim_product", "product_key"),
    relationships("fact_interaction", "date_key", "dim_date", "date_key"),
    relationships("fact_interaction", "customer_key", "dim_customer", "customer_key"),
    relationships("fact_interaction", "product_key", "dim_product", "product_key"),
    relationships("fact_stock", "date_key", "dim_date", "date_key"),
    relationships("fact_stock", "product_key", "dim_product", "product_key"),
    relationships("fact_shipment", "date_key", "dim_date", "date_key"),
    relationships("fact_shipment", "carrier_key", "dim_carrier", "carrier_key"),
    accepted_values("fact_sales", "status", ACCEPTED["transaction", "status"]),
    accepted_values("fact_interaction", "type", ACCEPTED["interaction", "type"]),
    accepted_values("fact_shipment", "status", ACCEPTED["shipment", "status"]),
    *(Check(path.stem, sql.SQL(path.read_text())) for path in sorted((FOLDER / "singular").glob("*.sql"))),
)


def run(connection: Connection, check: Check) -> Outcome:
    """Look for the rows that break a rule."""
    with connection.cursor() as cursor:
        cursor.execute(check.statement)
        sample = [_shown([column.name for column in cursor.description or ()], row) for row in cursor.fetchmany(SAMPLE)]
        return Outcome(check.name, cursor.rowcount, "; ".join(sample))


def _shown(names: list[str], row: tuple[Any, ...]) -> str:
    return " ".join(f"{name}={value}" for name, value in zip(names, row, strict=True))
