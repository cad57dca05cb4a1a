"""Whatever ends or goes away while the warehouse is loaded: it says what the shop says, and keeps its rules."""

import ast
import asyncio
import json
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from databases import connect
from settings import CHECKOUT, DATA, Database
from spark.warehouse.query import QUERY
from spark.warehouse.rows import ROWS
from tests.faults.test_bad_input import spoil
from tests.faults.test_services import down
from tests.pipeline import Background, connectors, execute, generate, load, run, wait_until

SPARK = (sys.executable, "-m", "spark", "--log-level", "WARN")
WAREHOUSE = (*SPARK, "--query", "warehouse")

TABLES = ("fact_sales", "fact_interaction", "fact_stock", "fact_shipment", "dim_customer", "dim_product", "dim_date")
pytestmark = pytest.mark.timeout(900)  # Spark takes its time to start, and a test starts it some times


def owner(database: Database, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement as the database's owner, from another database of the server if it is about the first."""
    with closing(connect(database)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


def loaded() -> Any:
    """Return what changes with every batch."""
    return owner(Database.DWH, "SELECT * FROM staging.loaded_batch ORDER BY loaded_at")


def wait_for_a_batch() -> None:
    before = loaded()
    wait_until(lambda: loaded() != before)


@contextmanager
def in_the_middle_of_a_batch() -> Iterator[None]:
    """Hold up a batch within a block: its rows are copied, and its sales are not merged yet."""
    held_up = "SELECT pid FROM pg_stat_activity WHERE datname = 'dwh_db' AND wait_event_type = 'Lock'"
    with closing(connect(Database.DWH)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("LOCK TABLE fact_sales IN EXCLUSIVE MODE")
        wait_until(lambda: owner(Database.INSTASHOP, held_up))
        yield


def contents() -> dict[str, list[tuple[Any, ...]]]:
    return {table: owner(Database.DWH, f"SELECT * FROM {table} ORDER BY 1") for table in TABLES}  # noqa: S608


def assert_right() -> None:
    done = run(*SPARK, "verify", "--timeout", "120")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_the_warehouse_survives_all_that_happens_to_it() -> None:
    with load(rate=10) as shop:
        victim = Background(*WAREHOUSE)
        wait_for_a_batch()
        with in_the_middle_of_a_batch():
            victim.kill()
        with Background(*WAREHOUSE) as spark:
            wait_for_a_batch()
            with down("postgres", signal.SIGKILL):
                wait_until(lambda: spark.said("Connection refused (see INSTASHOP_DB_DWH); trying again"))
            wait_for_a_batch()

            owner(Database.INSTASHOP, "ALTER TABLE product ADD COLUMN IF NOT EXISTS colour text DEFAULT 'red'")
            sent = Counter((topic, partition) for topic, partition, _ in asyncio.run(spoil()))
            shop.stop()
            assert execute(Database.ECOMMERCE, "DELETE FROM shipment WHERE status = 'returned'")
            connectors("resync", "crm-connector")
            generate(events=100)
            assert_right()
    assert sum(sent.values()) == 7 * len(ROWS)
    [(unreadable,)] = owner(Database.DWH, "SELECT count(*) FROM staging.unreadable")
    assert unreadable >= sum(sent.values())

    before = contents()
    shutil.rmtree(DATA / "spark" / "checkpoints" / QUERY.folder)
    done = run(*WAREHOUSE, "--once")
    assert done.returncode == 0, done.stderr
    assert contents() == before


def test_the_notebook_shows_what_is_there() -> None:
    """Cell by cell, each as Jupyter runs it: with ``await`` at its top."""
    notebook = json.loads((CHECKOUT / "notebooks" / "explore.ipynb").read_text())
    names: dict[str, Any] = {}

    async def run_cells() -> None:
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                code = compile("".join(cell["source"]), "explore.ipynb", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
                running = eval(code, names)  # noqa: S307
                if running is not None:
                    await running

    asyncio.run(run_cells())
    assert len(names["days"])
    assert all(event["source"]["table"] == "transaction" for event in names["events"])
    assert names["events"]


def test_what_is_wrong_is_named() -> None:
    [(line, quantity)] = owner(Database.DWH, "SELECT line_id, quantity FROM fact_sales WHERE NOT is_deleted LIMIT 1")
    owner(Database.DWH, f"UPDATE fact_sales SET quantity = quantity + 1 WHERE line_id = {line}")  # noqa: S608
    try:
        done = run(*SPARK, "verify", "--timeout", "0")
    finally:
        owner(Database.DWH, f"UPDATE fact_sales SET quantity = {quantity} WHERE line_id = {line}")  # noqa: S608
    assert done.returncode == 1
    assert "checks fail: sales_equal_source\n" in done.stderr


@pytest.mark.parametrize("arguments", [("verify",), ("--query", "warehouse", "--once", "--checkpoints")])
def test_a_refusal_is_one_clear_line(arguments: tuple[str, ...], tmp_path: Path) -> None:
    new = [str(tmp_path)] if arguments[-1] == "--checkpoints" else []  # where all is still to be loaded
    done = run(*SPARK, *arguments, *new, INSTASHOP_WAREHOUSE_PASSWORD="wrong")  # noqa: S106
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if "password authentication failed" in line]
    assert len(said) == 1
    assert "INSTASHOP_DB_DWH or INSTASHOP_WAREHOUSE_PASSWORD" in said[0]
    assert "Traceback" not in done.stderr
