"""docker-compose.yml, as far as a test can prove it without an engine."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from string import Template

import pytest

from settings import CHECKOUT, PREFIX
from stack.service import CONFIG
from tests.containers import CONNECTORS, FILE, KNOWN, SCRIPT, SERVICES, make_secrets, properties, variables

WITHOUT_HEALTH = {"kafka-features", "setup", "generator", "connectors-watch"}
"""The first two end, and nobody waits for the others: that they run is all there is to know."""

DIGEST = "CL-0019"
"""The rule that wants a digest beside each tag: whoever mirrors the images knows it."""


EXECUTABLE, SPARK = "CL-0022", {"spark", "spark-worker-1"}
"""Spark's RocksDB is native code, which it unpacks to ``/tmp``: there Docker lets nothing run by default."""


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the passwords, in a copy of the folder."""
    return make_secrets(tmp_path_factory.mktemp("containers"))


def compose() -> list[str]:
    """Return the command that Compose is on this machine, where it is."""
    candidates = [["docker", "compose"], ["docker-compose"]]
    found = (each for each in candidates if shutil.which(each[0]))
    return next((each for each in found if not subprocess.run([*each, "version"], capture_output=True).returncode), [])


COMPOSE = compose()


@pytest.mark.skipif(not COMPOSE, reason="Compose is not on this machine")
def test_compose_reads_it(secrets: Path, tmp_path: Path) -> None:
    target = tmp_path / "deploy" / "containers"
    target.mkdir(parents=True)
    shutil.copytree(secrets, target / "secrets")
    shutil.copy(FILE, tmp_path)
    command = [*COMPOSE, "--project-directory", str(tmp_path), "config", "--format", "json"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)["services"]
    assert {name: service["image"] for name, service in read.items()} == {
        name: service["image"] for name, service in SERVICES.items()
    }
    assert {*read["spark"]["environment"]} >= {"INSTASHOP_REDIS_URL", "INSTASHOP_KAFKA", "SPARK_LOCAL_DIRS"}


def test_the_linter_finds_nothing() -> None:
    command = [str(Path(sys.executable).with_name("compose-lint")), "--no-env", "--format", "json", str(FILE)]
    said = json.loads(subprocess.run(command, check=False, capture_output=True, text=True).stdout)
    found = said if isinstance(said, list) else said["findings"]
    rules = {(finding.get("rule_id") or finding["rule"], finding["service"]) for finding in found}
    assert {(rule, name) for rule, name in rules if rule != DIGEST} == {(EXECUTABLE, name) for name in SPARK}


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_pinned_bounded_and_hardened(name: str) -> None:
    service = SERVICES[name]
    assert re.search(r":\d[\w.-]*$", service["image"])
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "cpus", "pids_limit", "restart"} <= service.keys()
    assert ("healthcheck" in service) == (name not in WITHOUT_HEALTH)
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_each_image_of_the_project_is_built_by_one_service() -> None:
    ours = {name: service["image"] for name, service in SERVICES.items() if service["image"].startswith("instashop-")}
    assert sorted(ours[name] for name in ours if "build" in SERVICES[name]) == sorted({*ours.values()})


@pytest.mark.parametrize("name", SERVICES)
def test_a_folder_in_memory_has_its_owner(name: str) -> None:
    """Where the image has such a folder, runc before 1.1.8 gives the mount that folder's mode and not the one here."""
    mounts = [mount for mount in SERVICES[name].get("tmpfs", ()) if not mount.startswith("/tmp:")]  # noqa: S108
    assert all("uid=" in mount for mount in mounts)


@pytest.mark.parametrize("name", sorted(SPARK))
def test_what_spark_writes_in_passing_is_on_a_volume(name: str) -> None:
    folders = [volume.partition(":")[2] for volume in SERVICES[name]["volumes"]]
    assert str(Path(SERVICES[name]["environment"]["SPARK_LOCAL_DIRS"]).parent) in folders


def test_who_is_waited_for_can_be_waited_for() -> None:
    for service in SERVICES.values():
        for other, wait in service.get("depends_on", {}).items():
            ends = wait["condition"] == "service_completed_successfully"
            assert ends == (SERVICES[other]["restart"] == "no")
            assert ends or "healthcheck" in SERVICES[other]


@pytest.mark.parametrize("name", SERVICES)
def test_each_variable_is_one_that_is_read(name: str, secrets: Path) -> None:
    service = SERVICES[name]
    given = set(service.get("environment", {}))
    for file in service.get("env_file", ()):
        given |= variables(secrets / Path(file).name).keys()
    assert {variable for variable in given if variable.startswith(PREFIX)} <= KNOWN


def reached_by(name: str) -> set[str]:
    """Return which services share a network with one, and itself."""
    networks = {other: {*service.get("networks", ["default"])} for other, service in SERVICES.items()}
    return {other for other, joined in networks.items() if joined & networks[name]}


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("generator", {"postgres-instashop", "postgres-business"}),
        ("dashboard", {"postgres-dwh", "redis-metrics"}),
        ("jupyter", {"postgres-dwh", "redis-metrics", "kafka1", "kafka2", "kafka3"}),
    ],
)
def test_who_needs_little_reaches_little(name: str, needed: set[str]) -> None:
    assert reached_by(name) == {name, *needed}


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_reaches_those_whose_addresses_it_is_given(name: str, secrets: Path) -> None:
    files = SERVICES[name].get("env_file", ())
    urls = [url for file in files for url in variables(secrets / Path(file).name).values()]
    assert {host for url in urls for host in re.findall(r"@([\w-]+):", url)} <= reached_by(name)


def test_passwords_are_made_once_and_for_their_owner_alone(secrets: Path) -> None:
    before = {file: file.read_text() for file in secrets.iterdir()}
    make_secrets(secrets.parent)
    assert {file: file.read_text() for file in secrets.iterdir()} == before
    hashes = secrets / "users.acl"
    assert all(file.stat().st_mode & 0o077 == 0 for file in before if file != hashes)
    passwords = re.findall(r"(?:PASSWORD|TOKEN)=(\S+)", "".join(before.values()))
    assert passwords
    assert not any(password in before[hashes] for password in passwords)


OWN = {name: service["command"] for name, service in SERVICES.items() if service["image"].startswith("instashop-live:")}
PROGRAMS = [command for command in OWN.values() if command[0] in {"python", "faust", "streamlit"}]


@pytest.mark.parametrize("command", PROGRAMS, ids=" ".join)
def test_each_command_of_the_project_is_one(command: list[str]) -> None:
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run([program, *command[1:], "--help"], cwd=CHECKOUT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_image_has_every_module_of_the_project() -> None:
    ours = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["setuptools"]
    modules = {*ours["packages"], *(f"{module}.py" for module in ours["py-modules"])}
    taken = re.findall(r"^!(\S+)", (CHECKOUT / ".dockerignore").read_text(), re.MULTILINE)
    assert modules <= {*taken}


def test_the_packages_of_the_image_are_those_that_are_tested() -> None:
    def pinned(file: Path) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)(?:\[.*])?==(\S+)", file.read_text(), re.MULTILINE))

    tested = pinned(CHECKOUT / "requirements.lock")
    image, jupyter = (pinned(SCRIPT.with_name(f"{name}.lock")) for name in ("requirements", "jupyter"))
    assert image.items() <= tested.items()
    assert "jupyterlab" in jupyter
    assert {name: version for name, version in jupyter.items() if name in image}.items() <= image.items()


def of_the_stack(file: str, **values: str) -> dict[str, str]:
    """Return the settings that a service has on this machine, but those whose values only a start knows."""
    lines = Template((CONFIG / file).read_text()).safe_substitute(values).splitlines()
    pairs = (line.partition("=") for line in lines if not line.startswith("#"))
    return {name: value for name, _, value in pairs if value and not re.search(r"\$[a-z]", value)}


NAMED_BY_THE_IMAGE = {
    "group.id": "GROUP_ID",
    "config.storage.topic": "CONFIG_STORAGE_TOPIC",
    "offset.storage.topic": "OFFSET_STORAGE_TOPIC",
    "status.storage.topic": "STATUS_STORAGE_TOPIC",
    "offset.flush.interval.ms": "OFFSET_FLUSH_INTERVAL_MS",
}
"""What Debezium's image sets itself, from these variables: one with ``CONNECT_`` before it would be overwritten."""
OF_ONE_MACHINE = {"plugin.discovery", "default.api.timeout.ms", "session.timeout.ms", "heartbeat.interval.ms"}
"""Where a Connect starts beside its Kafka, without plugins that are found by reading all jars, and with no other."""


def test_connect_has_the_settings_that_are_tested() -> None:
    environment = SERVICES["connect"]["environment"]
    assert not {f"CONNECT_{variable}" for variable in NAMED_BY_THE_IMAGE.values()} & environment.keys()
    given = properties(environment, "CONNECT_") | {
        setting: environment[variable] for setting, variable in NAMED_BY_THE_IMAGE.items()
    }
    tested = of_the_stack("connect.properties", replication="3")
    converters = {setting for setting in tested if ".converter" in setting}
    assert all(converters <= json.loads(file.read_text())["config"].keys() for file in CONNECTORS)
    assert given == {name: value for name, value in tested.items() if name not in converters | OF_ONE_MACHINE}


OF_ONE_BROKER = ("factor", "isr", "listener", "sasl", "process.", "node.", "rebalance.delay.ms", "broker.")


def test_kafka_has_the_settings_that_are_tested() -> None:
    given, tested = (
        {name: value for name, value in settings.items() if not any(part in name for part in OF_ONE_BROKER)}
        for settings in (properties(SERVICES["kafka1"]["environment"], "KAFKA_"), of_the_stack("kafka.properties"))
    )
    assert tested
    assert given.items() >= tested.items()
