"""A Kafka that encrypts, as others' often do: the clients trust the authority that they are told, and no other."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kafka_client import java_properties
from settings import Settings
from stack import jars
from stack.kafka import NODE, Kafka
from stack.ports import HOST, any_free
from stack.service import Site

KEYTOOL = ("keytool", "-noprompt", "-alias", "broker", "-storepass", "a-test")
ENCRYPTED = """
listener.security.protocol.map=BROKER:SASL_SSL,CONTROLLER:SASL_PLAINTEXT
ssl.keystore.location={folder}/keys.p12
ssl.keystore.password=a-test
ssl.truststore.type=PEM
ssl.truststore.location={folder}/authority.pem
"""


class Encrypted(Kafka):
    """The stack's broker, with a certificate."""

    def prepare(self, settings: Settings) -> None:
        """Add the certificate to its configuration."""
        super().prepare(settings)
        with (self.home / NODE).open("a") as file:
            file.write(ENCRYPTED.format(folder=self.site.data))


def make_certificate(folder: Path) -> None:
    """Make a broker's certificate that nobody but itself vouches for."""
    store = ("-keystore", str(folder / "keys.p12"))
    names = ("-dname", "CN=broker", "-ext", f"san=ip:{HOST}", "-ext", "bc=ca:true")
    subprocess.run([*KEYTOOL, "-genkeypair", "-keyalg", "EC", "-validity", "2", *store, *names], check=True)
    authority = ("-exportcert", "-rfc", "-file", str(folder / "authority.pem"))
    subprocess.run([*KEYTOOL, *authority, *store], check=True)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Encrypted]:
    jars.fetch(print)
    for name in ("logs", "run", "others"):
        (tmp_path / name).mkdir()
    make_certificate(tmp_path)
    make_certificate(tmp_path / "others")
    broker = Encrypted(Site(tmp_path, {name: any_free() for name in Kafka.usual_ports}, {"kafka": "of-a-test"}))
    try:
        yield broker
    finally:
        broker.process.stop(broker.stop_signal)


def test_clients_encrypt_and_look_at_the_certificate(broker: Encrypted, tmp_path: Path) -> None:
    where = Settings.model_validate({**broker.addresses(), "kafka_ca": tmp_path / "authority.pem"})
    broker.start(where)
    broker.wait(where)

    for wrong in (None, tmp_path / "others" / "authority.pem"):
        assert broker.trouble(where.model_copy(update={"kafka_ca": wrong})) is not None

    properties = tmp_path / "client.properties"
    properties.write_text("".join(f"{name}={value}\n" for name, value in java_properties(where).items()))
    arguments = ("cluster-id", "--bootstrap-server", where.kafka, "--config", properties)
    asked = jars.java("org.apache.kafka.tools.ClusterTool", *arguments)
    assert "Cluster ID" in subprocess.run(asked, capture_output=True, text=True, check=True).stdout
