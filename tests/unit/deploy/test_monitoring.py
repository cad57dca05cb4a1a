"""Alerts and the Grafana dashboard ask for what a worker says, and each alert leads to its section of the runbook."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import msgspec
import pytest
import yaml

from app.others import PARTS, Others, heard
from app.pulse import Pulse
from dashboard.faults import FAULTS
from settings import CHECKOUT
from tests.containers import SERVICES
from tests.prometheus import samples_of
from tests.unit.app.test_monitor import ask
from tests.unit.dashboard.conftest import documents

PROMETHEUS, GRAFANA = CHECKOUT / "deploy" / "prometheus", CHECKOUT / "deploy" / "grafana" / "faust.json"
RULES = [rule for group in yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
FILE_OF_CASES = Path(__file__).with_name("alerts.yml")
CASES = yaml.safe_load(FILE_OF_CASES.read_text())
PANELS = json.loads(GRAFANA.read_text())["panels"]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [target["expr"] for panel in PANELS for target in panel["targets"]]


@pytest.fixture(scope="module")
def exported() -> dict[str, set[str]]:
    """Return the labels of each sample that a worker exports, by its name."""
    now = time.monotonic()
    pulse = Pulse(now, False, {("stock", "update"): 7}, {"stock": 2}, {"stock": {3: 4}}, now, now, now, now)
    written = [msgspec.json.encode(documents()[f"status:{part}"]) for part in PARTS]
    _, text = ask("/metrics", pulse, heard(written, Others(), now))
    return {sample.name: set(sample.labels) for sample in samples_of(text)}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_what_is_asked_for_is_there(expression: str, exported: dict[str, set[str]]) -> None:
    names = set(re.findall(r"\b(?:instashop_\w+|up)\b", expression))
    assert names
    assert names <= exported.keys() | {"up"}
    asked = set(re.findall(r"[{,]\s*(\w+)=", expression)) | set(re.findall(r"by \((\w+)\)", expression))
    assert asked <= {label for name in names for label in exported.get(name, set())} | {"job", "instance"}


def test_each_metric_is_asked_for(exported: dict[str, set[str]]) -> None:
    ours = {name for name in exported if name.startswith("instashop_") and not name.endswith("_created")}
    assert ours <= {name for expression in EXPRESSIONS for name in re.findall(r"\binstashop_\w+", expression)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_each_alert_leads_to_its_section(rule: dict[str, dict[str, str]]) -> None:
    file, _, anchor = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^#+ (.*)$", (CHECKOUT / file).read_text(), re.MULTILINE)
    assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


NO_ALERT = {
    "changes-came-later-than-the-watermark": "nothing has to be done",
    "redis-is-away-or-empty": "the mirror does not publish then, whose section leads there",
}


@pytest.mark.parametrize("section", sorted({fault.runbook for fault in FAULTS} - NO_ALERT.keys()))
def test_each_fault_that_the_doctor_tells_has_an_alert(section: str) -> None:
    assert f"docs/operations.md#{section}" in {rule["annotations"]["runbook"] for rule in RULES}


@pytest.mark.parametrize("name", ["prometheus.yml", "containers.yml"])
def test_the_alerts_belong_to_the_scrape_configuration(name: str) -> None:
    config = yaml.safe_load((PROMETHEUS / name).read_text())
    assert config["rule_files"] == ["alerts.yml"]
    assert [job["job_name"] for job in config["scrape_configs"]] == ["faust"]


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not on this machine")
@pytest.mark.parametrize("check", [("rules", "alerts.yml"), ("config", "prometheus.yml"), ("config", "containers.yml")])
def test_prometheus_takes_them(check: tuple[str, str]) -> None:
    kind, name = check
    done = subprocess.run(["promtool", "check", kind, PROMETHEUS / name], check=False, capture_output=True, text=True)  # noqa: S607
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not on this machine")
def test_each_alert_is_raised_when_it_should_be_and_not_before() -> None:
    told = {test["alertname"] for group in CASES["tests"] for test in group["alert_rule_test"]}
    assert told == {rule["alert"] for rule in RULES}
    done = subprocess.run(["promtool", "test", "rules", FILE_OF_CASES], check=False, capture_output=True, text=True)  # noqa: S607
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workers_are_scraped_where_compose_has_them() -> None:
    config = yaml.safe_load((PROMETHEUS / "containers.yml").read_text())
    [found] = config["scrape_configs"][0]["dns_sd_configs"]
    assert [str(found["port"])] == SERVICES[found["names"][0]]["expose"]


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
