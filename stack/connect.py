"""Kafka Connect with Debezium's PostgreSQL connector: one distributed worker."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import requests
from psycopg2.extensions import parse_dsn

from kafka_client import java_properties
from settings import SOURCES, Role, Settings
from stack import jars
from stack.ports import HOST
from stack.service import Service


class Connect(Service):
    """The worker, reached by its REST interface."""

    name: ClassVar[str] = "connect"
    usual_ports: ClassVar[Mapping[str, int]] = {"connect": 8083}
    fields: ClassVar[tuple[str, ...]] = ("connect_url",)
    failures: ClassVar[tuple[type[Exception], ...]] = (requests.RequestException,)

    def addresses(self) -> dict[str, str]:
        """Return the REST interface's URL."""
        return {"connect_url": f"http://{HOST}:{self.port}"}

    def connect(self, settings: Settings) -> None:
        """List the connectors: answered with 404 until the worker has read its configuration from Kafka."""
        requests.get(f"{settings.connect_url}/connectors", timeout=5).raise_for_status()

    @property
    def _config(self) -> Path:
        return self.home / "connect.properties"

    def prepare(self, settings: Settings) -> None:
        """Write its configuration."""
        self.render(
            "connect.properties",
            self._config,
            kafka=_kafka(settings),
            plugins=jars.PLUGINS,
            replication=settings.replication,
        )

    def command(self) -> list[str | Path]:
        """Return the worker's command."""
        return jars.java(
            "org.apache.kafka.connect.cli.ConnectDistributed", self._config, options=jars.heap("256m", "768m")
        )

    def environment(self, settings: Settings) -> dict[str, str]:
        """Return what ``${env:…}`` in a connector's settings refers to."""
        variables: dict[str, str] = {}
        for database in SOURCES:
            url = parse_dsn(settings.database_url(database, Role.CDC))
            prefix = f"INSTASHOP_CDC_{database.value.removesuffix('_db').upper()}"
            variables |= {
                f"{prefix}_HOST": url.get("host", HOST),
                f"{prefix}_PORT": url.get("port", "5432"),
                f"{prefix}_DBNAME": url["dbname"],
                "INSTASHOP_CDC_USER": url["user"],
                "INSTASHOP_CDC_PASSWORD": url.get("password", ""),
            }
        return variables


def _kafka(settings: Settings) -> str:
    """Return how Connect reaches Kafka, and how the clients do that it makes for itself and for its connectors."""
    properties = java_properties(settings)
    prefixes = ("", "producer.", "consumer.", "admin.")
    return "\n".join(f"{prefix}{name}={_escaped(value)}" for prefix in prefixes for name, value in properties.items())


def _escaped(value: str) -> str:
    """Return a value as a properties file has it."""
    return value.replace("\\", "\\\\")
