"""The services that all integration tests share are what the rest of the project counts on."""

import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis
import requests
from pydantic import SecretStr

from kafka_client import java_properties, plain
from settings import DATA, STACK_ENV, Database, Role, Settings
from stack import jars
from stack.kafka import USER
from stack.ports import HOST
from stack.service import reveal
from stack.stack import Stack
from tests.pipeline import service

LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F"}  # as the kernel prints 127.0.0.1 in its tables
LISTENING = "0A"


def test_debezium_is_a_plugin_of_connect(stack: Settings) -> None:
    plugins = requests.get(f"{stack.connect_url}/connector-plugins", timeout=10).json()

    versions = {plugin["class"]: plugin["version"] for plugin in plugins}
    assert versions["io.debezium.connector.postgresql.PostgresConnector"] == "3.7.0.Final"


def test_connect_offers_exactly_once(stack: Settings) -> None:
    connector = "io.debezium.connector.postgresql.PostgresConnector"
    answer = requests.put(
        f"{stack.connect_url}/connector-plugins/{connector}/config/validate",
        json={"connector.class": connector, "name": "probe", "exactly.once.support": "required"},
        timeout=30,
    ).json()

    errors = {part["value"]["name"]: part["value"]["errors"] for part in answer["configs"]}
    assert errors["exactly.once.support"] == []


def test_postgres_is_ready_for_logical_replication_in_utc(stack: Settings) -> None:
    with psycopg2.connect(stack.database_url(Database.INSTASHOP)) as owner, owner.cursor() as cursor:
        for setting, expected in (
            ("wal_level", "logical"),
            ("TimeZone", "UTC"),
            ("password_encryption", "scram-sha-256"),
        ):
            cursor.execute("select current_setting(%s)", (setting,))
            assert cursor.fetchone() == (expected,)


@pytest.mark.parametrize("role", [None, *Role])
def test_nobody_gets_into_postgres_without_the_password(stack: Settings, role: Role | None) -> None:
    url = stack.database_url(Database.INSTASHOP, role)
    psycopg2.connect(url).close()

    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(url, password="wrong")  # noqa: S106


@pytest.mark.parametrize("who", [{"kafka_user": None, "kafka_password": None}, {"kafka_password": SecretStr("wrong")}])
def test_nobody_gets_into_kafka_without_the_password(stack: Settings, who: dict[str, Any]) -> None:
    assert service("kafka").trouble(stack) is None
    assert service("kafka").trouble(stack.model_copy(update=who)) is not None


def kafka_tool(tmp_path: Path, properties: dict[str, str], main: str, *arguments: str) -> str:
    """Return what one of Kafka's own tools prints, which gets these properties for its client."""
    config = tmp_path / "client.properties"
    config.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))
    command = jars.java(f"org.apache.kafka.tools.{main}", "--command-config", config, *arguments)
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize(("password", "gets_in"), [("{}", True), ("not {}", False), (None, False)])
def test_nor_into_its_controller(stack: Settings, tmp_path: Path, password: str | None, gets_in: bool) -> None:
    properties = {"default.api.timeout.ms": "3000", "request.timeout.ms": "3000"}
    if password is not None:
        login = plain({"username": USER, "password": password.format(reveal(stack, "kafka_password"))})
        properties |= {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.jaas.config": login}
    address = f"{HOST}:{Stack().site.ports['kafka-controller']}"

    said = kafka_tool(
        tmp_path, properties, "MetadataQuorumCommand", "--bootstrap-controller", address, "describe", "--status"
    )

    assert ("ClusterId" in said) is gets_in


def test_no_transaction_ends_before_its_last_record(stack: Settings, tmp_path: Path) -> None:
    """Which version 2 of Kafka's transactions does not make sure of: docs/adr/0006."""
    said = kafka_tool(tmp_path, java_properties(stack), "FeatureCommand", "--bootstrap-server", stack.kafka, "describe")

    assert re.search(r"transaction\.version\s.*FinalizedVersionLevel: 1\s", said)


def test_anyone_reads_the_metrics_and_only_the_app_writes(stack: Settings) -> None:
    address = stack.redis_url.rpartition("@")[2]
    with redis.Redis.from_url(stack.redis_url) as app, redis.Redis.from_url(f"redis://{address}") as anyone:
        app.set("metrics:probe", "1")

        assert anyone.get("metrics:probe") == b"1"
        assert b"metrics:probe" in anyone.keys("metrics:*")
        for forbidden in (lambda: anyone.set("metrics:probe", "2"), anyone.flushall, lambda: anyone.get("app:state")):
            with pytest.raises(redis.exceptions.NoPermissionError):
                forbidden()
        app.delete("metrics:probe")


@pytest.mark.usefixtures("stack")
def test_everything_listens_on_loopback_alone() -> None:
    ports = {f"{port:04X}" for port in Stack().site.ports.values()}
    table = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    listening = [local.split(":") for _, local, _, state, *_ in table if state == LISTENING]

    assert {port for _, port in listening} >= ports
    assert {address for address, port in listening if port in ports} <= LOOPBACK


@pytest.mark.usefixtures("stack")
def test_passwords_stand_in_private_files_and_in_no_log() -> None:
    passwords = Stack().site.passwords.values()

    for file in (STACK_ENV, DATA / "passwords.env"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for file in (*(DATA / "logs").iterdir(), *Path("/proc").glob("[0-9]*/cmdline")):
        try:
            text = file.read_text(errors="replace")
        except OSError:  # a process that has ended meanwhile, or another user's
            continue
        assert not [password for password in passwords if password in text], file
