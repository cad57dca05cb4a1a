"""Kafka: one KRaft node that is broker and controller."""

import asyncio
import logging
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from settings import Settings
from stack import jars
from stack.errors import StackError
from stack.ports import HOST
from stack.service import Service


class Kafka(Service):
    """The broker, reached by bootstrap server."""

    name: ClassVar[str] = "kafka"
    usual_ports: ClassVar[Mapping[str, int]] = {"kafka": 9092, "kafka-controller": 9093}
    fields: ClassVar[tuple[str, ...]] = ("kafka",)
    failures: ClassVar[tuple[type[Exception], ...]] = (KafkaError, OSError, ValueError)

    def addresses(self) -> dict[str, str]:
        """Return the bootstrap server."""
        return {"kafka": f"{HOST}:{self.port}"}

    def connect(self, settings: Settings) -> None:
        """Ask for the cluster's brokers."""
        with _silent_client():
            asyncio.run(_describe(settings.kafka))

    @property
    def _config(self) -> Path:
        return self.home / "kafka.properties"

    def prepare(self, settings: Settings) -> None:  # noqa: ARG002
        """Write its configuration and format its storage.

        Raises:
            StackError: The storage cannot be formatted.
        """
        self.render(
            "kafka.properties",
            self._config,
            folder=self.home,
            controller_port=self.site.ports["kafka-controller"],
        )
        if (self.home / "topics" / "meta.properties").exists():
            return
        cluster = urlsafe_b64encode(uuid.UUID(int=uuid.uuid4().int).bytes).decode().rstrip("=")
        arguments = ("format", f"--cluster-id={cluster}", f"--config={self._config}", "--ignore-formatted")
        with self.process.log.open("a") as log:
            command = jars.java("kafka.tools.StorageTool", *arguments)
            if subprocess.run(command, stdout=log, stderr=log, check=False).returncode:  # noqa: S603
                raise StackError(f"Kafka's storage cannot be formatted (log: {self.process.log}).")

    def command(self) -> list[str | Path]:
        """Return the broker's command."""
        return jars.java("kafka.Kafka", self._config, options=("-Xms256m", "-Xmx512m"))


async def _describe(bootstrap: str) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=2000)
    try:
        await client.start()
        await client.describe_cluster()
    finally:
        await client.close()


@contextmanager
def _silent_client() -> Iterator[None]:
    """Keep aiokafka from logging what is expected here: that nobody answers yet."""
    logger = logging.getLogger("aiokafka")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
