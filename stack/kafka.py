"""Kafka: one KRaft node that is broker and controller."""

import asyncio
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from tenacity import RetryError, Retrying, retry_if_not_result, stop_after_delay, wait_fixed

from kafka_client import MECHANISM, aiokafka_options, plain, scram, silent_client
from settings import Settings
from stack import jars
from stack.errors import StackError
from stack.ports import HOST
from stack.service import Service

NODE, CONTROLLER = "kafka.properties", "kafka-controller.properties"
USER = "instashop"
TRANSACTIONS = "transaction.version=1"
"""With 2, Connect may commit what it read without how far it read: docs/adr/0006."""
HEAP = jars.heap("256m", "512m")
FENCE_SECONDS = 20.0
"""How long the controller may take to start and to fence: a few seconds on a machine that is not busy."""


class Kafka(Service):
    """The broker, reached by bootstrap server."""

    name: ClassVar[str] = "kafka"
    usual_ports: ClassVar[Mapping[str, int]] = {"kafka": 9092, "kafka-controller": 9093}
    fields: ClassVar[tuple[str, ...]] = ("kafka",)
    failures: ClassVar[tuple[type[Exception], ...]] = (KafkaError, OSError, ValueError)

    def addresses(self) -> dict[str, str]:
        """Return the bootstrap server, and who signs in."""
        return {"kafka": f"{HOST}:{self.port}", "kafka_user": USER, "kafka_password": self._password}

    @property
    def _password(self) -> str:
        return self.site.passwords["kafka"]

    def connect(self, settings: Settings) -> None:
        """Ask for the cluster's brokers."""
        with silent_client():
            asyncio.run(_describe(settings))

    def prepare(self, settings: Settings) -> None:  # noqa: ARG002
        """Write its configuration, format its storage, and put in order what a crash has left.

        Raises:
            StackError: The storage cannot be formatted, or the controller cannot be started.
        """
        formatted = (self._topics / "meta.properties").exists()
        if formatted and "SASL" not in (self.home / NODE).read_text():
            raise StackError(f"Kafka's data in {self._topics} is from before it asked for passwords: make clean-data.")
        login = {"username": USER, "password": self._password}
        values = {
            "folder": self.home,
            "controller_port": self.site.ports["kafka-controller"],
            "scram": scram(login),
            "plain": plain(login | {f"user_{USER}": self._password}),
        }
        for name in (NODE, CONTROLLER):
            self.render(name, self.home / name, **values)
        if not formatted:
            self._format()
        elif not (self._topics / ".kafka_cleanshutdown").exists():
            self._fence()

    @property
    def _topics(self) -> Path:
        return self.home / "topics"

    def _format(self) -> None:
        cluster = urlsafe_b64encode(uuid.UUID(int=uuid.uuid4().int).bytes).decode().rstrip("=")
        user = f"{MECHANISM}=[name={USER},password={self._password}]"
        arguments = (f"--cluster-id={cluster}", f"--config={self.home / NODE}", "--add-scram", user)
        command = jars.java("kafka.tools.StorageTool", "format", *arguments, "--feature", TRANSACTIONS)
        with self.process.log.open("a") as log, jars.unseen(command, self.home / "format.args") as unseen:
            if subprocess.run(unseen, stdout=log, stderr=log, check=False).returncode:  # noqa: S603
                raise StackError(f"Kafka's storage cannot be formatted (log: {self.process.log}).")

    def _fence(self) -> None:
        """Have the controller alone take note that the broker is gone, before the broker comes back.

        A broker that was killed comes back as the leader of its partitions until its controller fences it, loads the
        transactions that were about to end, and cannot deliver their markers yet. When the fence then takes away the
        leaders, it takes the partitions for deleted ones and forgets the markers: the transaction hangs, and nobody
        reads past it. Fenced first, it leads nothing until it can deliver. (A cluster has another leader at once.)
        """
        begin = self.process.log.stat().st_size
        command = jars.java("kafka.Kafka", self.home / CONTROLLER, options=HEAP)
        self.process.start(command, folder=self.home, environment={}, user=self.user)

        def fenced() -> bool:
            with self.process.log.open("rb") as log:
                log.seek(begin)
                return b"handleBrokerFenced" in log.read() or not self.process.alive

        # A broker that was killed while it was fenced is not fenced again, and needs nothing.
        waiting = Retrying(retry=retry_if_not_result(bool), stop=stop_after_delay(FENCE_SECONDS), wait=wait_fixed(0.1))
        with suppress(RetryError):
            waiting(fenced)
        self.process.stop(self.stop_signal)

    def command(self) -> list[str | Path]:
        """Return the broker's command."""
        return jars.java("kafka.Kafka", self.home / NODE, options=HEAP)


async def _describe(settings: Settings) -> None:
    client = AIOKafkaAdminClient(**aiokafka_options(settings), request_timeout_ms=2000)
    try:
        await client.start()
        await client.describe_cluster()
    finally:
        await client.close()
