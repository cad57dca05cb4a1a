"""A copy of the checkout gets a metric, and a topic with a connector of its own, of what the README names."""

import asyncio
import json
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from databases import connect
from settings import CHECKOUT, Database
from tests.faults.test_partitions import delete, partitions
from tests.pipeline import FAUST, Background, assert_exact, execute, generate, metrics, run, worker

NAME = "buyer-connector"
README = (CHECKOUT / "README.md").read_text()


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """Have a copy, and forget afterwards what it made."""
    yield copied(tmp_path / "shop")
    in_copy(tmp_path / "shop", sys.executable, "-m", "connectors", "delete", NAME)
    made = {topic for topic in partitions() if topic.startswith("instashop-v2-")}
    asyncio.run(delete({*made, "buyer"} & partitions().keys()))


def test_a_metric_a_topic_and_its_connector_are_added_as_the_readme_says(copy: Path) -> None:
    with worker():
        generate(events=500)
        assert_exact()
    add_a_metric(copy)
    add_a_topic(copy)
    add_a_connector(copy)
    in_copy(copy, sys.executable, "-m", "connectors")
    with Background(FAUST, "-A", "app", "worker", folder=copy, PYTHONPATH=str(copy)):
        generate(events=300)
        assert execute(Database.INSTASHOP, "INSERT INTO buyer (name, email) VALUES ('One', 'one@shop.example')") == 1
        assert execute(Database.INSTASHOP, "DELETE FROM buyer WHERE name = 'One'") == 1
        in_copy(copy, FAUST, "-A", "app", "reconcile", "--settled", "--database", "instashop", "--timeout", "120")
    transactions = metrics("transactions")
    assert sum(transactions["by_country"].values()) == transactions["count"]  # of the events that came before, too
    assert metrics("buyers")["count"] > 0
    with worker():  # the former version goes on from where it was
        assert_exact()


def in_copy(copy: Path, *command: str) -> None:
    done = run(*command, folder=copy, PYTHONPATH=str(copy))
    assert done.returncode == 0, done.stdout + done.stderr


def copied(target: Path) -> Path:
    """Copy what the worker and the connectors consist of."""
    ours = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["setuptools"]
    for package in ours["packages"]:
        shutil.copytree(CHECKOUT / package, target / package, ignore=shutil.ignore_patterns("__pycache__"))
    for module in ours["py-modules"]:
        shutil.copy(CHECKOUT / f"{module}.py", target)
    return target


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def block(language: str) -> str:
    """Return the README's lines of a new metric in a language."""
    section = README.partition("## Add a metric\n")[2].partition("\n## ")[0]
    [lines] = re.findall(rf"^```{language}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return str(lines)


def add_a_metric(copy: Path) -> None:
    agent = copy / "agents" / "transaction.py"
    change(agent, "    channel: Text\n", "    channel: Text\n    country: Text\n")
    change(agent, "    tallies: Tallies = {\n", "    tallies: Tallies = {\n" + block("python"))
    (truth := copy / "reconcile" / "truth" / "instashop.sql").write_text(truth.read_text() + block("sql"))
    change(copy / "app" / "application.py", "VERSION = 1\n", "VERSION = 2\n")


def add_a_topic(copy: Path) -> None:
    with closing(connect(Database.INSTASHOP)) as owner, owner, owner.cursor() as cursor:
        cursor.execute("ALTER TABLE buyer REPLICA IDENTITY FULL")
    agent = (copy / "agents" / "carrier.py").read_text().replace("Carrier", "Buyer").replace("carrier", "buyer")
    (copy / "agents" / "buyer.py").write_text(agent)
    change(
        copy / "app" / "documents.py",
        '"carrier": {"carriers"',
        '"buyer": {"buyers": {"count": 0}},\n    "carrier": {"carriers"',
    )
    truth = copy / "reconcile" / "truth" / "instashop.sql"
    truth.write_text(truth.read_text() + "UNION ALL SELECT ARRAY['buyers', 'count'], count(*) FROM buyer\n")  # noqa: S608


def add_a_connector(copy: Path) -> None:
    """Give the table one of its own, beside that of its database."""
    folder = copy / "connectors"
    config: dict[str, str] = json.loads((folder / "instashop-connector.json").read_text())["config"]
    override = "snapshot.select.statement.overrides"
    statement = config[f"{override}.public.customer"].replace("customer", "buyer")
    for table in config[override].split(","):
        del config[f"{override}.{table}"]
    config |= {
        "slot.name": "buyer_cdc",
        "publication.name": "buyer_cdc",
        "topic.prefix": "cdc-buyer",
        "table.include.list": "public.buyer,public.heartbeat",
        "transforms.bare.regex": config["transforms.bare.regex"].replace(config["topic.prefix"], "cdc-buyer"),
        "transforms.beat.regex": config["transforms.beat.regex"].replace(config["topic.prefix"], "cdc-buyer"),
        "transforms.beat.replacement": "heartbeat_buyer",
        override: "public.buyer",
        f"{override}.public.buyer": statement,
    }
    (folder / f"{NAME}.json").write_text(json.dumps({"name": NAME, "config": config}))
