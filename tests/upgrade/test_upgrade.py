"""This version goes on with the data of version 0.1.0, and ends equal to SQL."""

import asyncio
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from dotenv import dotenv_values

from connectors import definitions
from databases import connect
from databases.migrate import MIGRATIONS, load
from settings import CHECKOUT, Database, settings
from spark.queries import QUERIES
from spark.warehouse.rows import ROWS
from stack.topics import last
from tests import pipeline
from tests.pipeline import FAUST, Background, assert_exact, generate, run, wait_until, worker
from tests.windows import assert_windows_are_exact

FORMER = Path(__file__).with_name("version-0.1.0.tar.gz")

pytestmark = pytest.mark.timeout(900)  # two versions start all services


class Shop:
    """A data folder of its own, with the services that a version runs on it."""

    def __init__(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.data = data
        self._monkeypatch = monkeypatch
        monkeypatch.setenv("INSTASHOP_DATA", str(data))
        monkeypatch.setattr(pipeline, "DATA", data)

    def up(self, checkout: Path) -> None:
        """Start a version's services, and let this process find them."""
        python(checkout, "-m", "stack", "up")
        for name, value in dotenv_values(self.data / "stack.env").items():
            self._monkeypatch.setenv(name, str(value))
        settings.cache_clear()

    def down(self, checkout: Path) -> None:
        python(checkout, "-m", "stack", "down")


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with TemporaryDirectory(prefix="instashop-upgrade-") as folder:
        shop = Shop(Path(folder) / "data", monkeypatch)
        try:
            yield shop
        finally:
            python(CHECKOUT, "-m", "stack", "clean")
            monkeypatch.undo()
            settings.cache_clear()


@pytest.fixture
def former(tmp_path: Path) -> Path:
    """Return a checkout of version 0.1.0 that runs with the packages and jars of this one."""
    with tarfile.open(FORMER) as archive:
        archive.extractall(tmp_path, filter="data")
    for shared in ("lib", "pom.xml"):
        (tmp_path / shared).symlink_to(CHECKOUT / shared)
    return tmp_path


def python(checkout: Path, *arguments: str) -> None:
    """Run a command of a version to its good end."""
    done = run(sys.executable, *arguments, folder=checkout, PYTHONPATH=str(checkout))
    assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"


def background(checkout: Path, *command: str) -> Background:
    """Run a command of a version within a block."""
    return Background(*command, folder=checkout, PYTHONPATH=str(checkout))


def query(database: Database, statement: str) -> list[tuple[Any, ...]]:
    with closing(connect(database)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def make_data(former: Path, shop: Shop) -> None:
    """Let version 0.1.0 do all that leaves something behind, and stop it."""
    shop.up(former)
    python(former, "-m", "generator", "--rate", "0", "--events", "500")
    python(former, "-m", "databases")
    python(former, "-m", "connectors")
    with background(former, FAUST, "-A", "app", "worker"):
        with background(former, sys.executable, "-m", "spark", "--once") as spark:
            python(former, "-m", "generator", "--rate", "0", "--events", "200")
            wait_until(lambda: not spark.runs)
        assert spark.process.returncode == 0, f"see {spark.log}"
        python(former, "-m", "faust", "-A", "app", "reconcile", "--timeout", "120")
    python(former, "-m", "generator", "--rate", "0", "--events", "100")  # that this version alone will read
    shop.down(former)


def test_the_data_of_version_0_1_0_is_gone_on_with(former: Path, shop: Shop) -> None:
    make_data(former, shop)
    shop.up(CHECKOUT)
    assert query(Database.DWH, "SELECT to_regclass('staging.position'), to_regclass('migration.applied')") == [
        (None, None)
    ]
    python(CHECKOUT, "-m", "databases")
    assert query(Database.DWH, "SELECT DISTINCT topic FROM staging.position ORDER BY 1") == sorted((t,) for t in ROWS)
    python(CHECKOUT, "-m", "connectors")
    with worker():
        generate(events=200)
        assert_exact()
        python(CHECKOUT, "-m", "spark", "--once")
        python(CHECKOUT, "-m", "spark", "verify")
    assert query(Database.DWH, "SELECT count(DISTINCT checkpoint) FROM staging.loaded_batch") == [(1,)]  # gone on with
    for definition in definitions.load():  # which version 0.1.0 did not capture
        assert asyncio.run(last(definition.heartbeat_topic, 1))
    assert_windows_are_exact()

    for database in Database:
        applied = query(database, "SELECT name, checksum FROM migration.applied ORDER BY number")
        assert applied == [(each.name, each.checksum) for each in load(MIGRATIONS / database.value)]
    folders = {path.name for path in (shop.data / "spark" / "checkpoints").iterdir()}
    assert folders == {each.folder for each in QUERIES}
