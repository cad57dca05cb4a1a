"""What a service of the stack is: a command, its configuration, a check that it is ready, and its address."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM, Signals
from string import Template
from typing import ClassVar
from urllib.parse import urlsplit

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from settings import Settings, variable
from stack import private
from stack.errors import StackError
from stack.ports import HOST
from stack.process import Process

START_SECONDS = 180.0
CONFIG = Path(__file__).parent / "config"


@dataclass(frozen=True)
class Site:
    """Where a stack keeps its data, and what it was given there."""

    data: Path
    ports: Mapping[str, int]
    passwords: Mapping[str, str]


class Service(ABC):
    """A service on this machine, or the existing one that replaces it.

    Attributes:
        name: Its name for people and for its files.
        usual_ports: The ports that it needs, by name, the usual number of each.
        fields: The settings that say where it is. All of them set elsewhere means that an existing one replaces it.
        failures: What `connect` raises while it is not ready.
        stop_signal: What makes it end in good order.
    """

    name: ClassVar[str]
    usual_ports: ClassVar[Mapping[str, int]]
    fields: ClassVar[tuple[str, ...]]
    failures: ClassVar[tuple[type[Exception], ...]]
    stop_signal: ClassVar[Signals] = SIGTERM

    def __init__(self, site: Site) -> None:
        self.site = site
        self.process = Process(self.name, site.data)
        self.port = site.ports[self.name]

    @abstractmethod
    def addresses(self) -> dict[str, str]:
        """Return the settings that lead to it, by field: `fields`, and passwords that go with them."""

    @abstractmethod
    def connect(self, settings: Settings) -> None:
        """Do what its clients do first.

        Raises:
            Exception: One of `failures`, while it is not ready.
        """

    @abstractmethod
    def prepare(self, settings: Settings) -> None:
        """Write its configuration, and make its data folder if it has none yet."""

    @abstractmethod
    def command(self) -> list[str | Path]:
        """Return the command that runs it in the foreground."""

    def environment(self, settings: Settings) -> dict[str, str]:  # noqa: ARG002
        """Return the variables that its process gets."""
        return {}

    @property
    def user(self) -> str | None:
        """Who runs it, None for who runs this command."""
        return None

    @property
    def home(self) -> Path:
        """The folder of its configuration and data."""
        return self.site.data / self.name

    def start(self, settings: Settings) -> None:
        """Start it in the background.

        Raises:
            StackError: It cannot be prepared or started.
        """
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.prepare(settings)
        self.process.start(self.command(), folder=self.home, environment=self.environment(settings), user=self.user)

    def wait(self, settings: Settings) -> None:
        """Wait until it is ready.

        Raises:
            StackError: It ended, or took too long.
        """
        retrying = Retrying(
            retry=retry_if_result(lambda trouble: trouble and self.process.alive),
            stop=stop_after_delay(START_SECONDS),
            wait=wait_fixed(0.1),
        )
        try:
            retrying(self.trouble, settings)
        except RetryError as error:
            raise self._failure(error.last_attempt.result()) from None
        if not self.process.alive:
            raise self._failure(self.process.last_words())

    def _failure(self, cause: str) -> StackError:
        return StackError(f"{self.name} did not become ready: {cause} (log: {self.process.log})")

    def trouble(self, settings: Settings) -> str | None:
        """Return why it cannot be used now, in one line; None if it can."""
        try:
            self.connect(settings)
        except self.failures as error:
            return (str(error).strip() or type(error).__name__).splitlines()[0]
        return None

    def require(self, settings: Settings) -> None:
        """Check that the existing service that replaces it can be used.

        Raises:
            StackError: It cannot.
        """
        if cause := self.trouble(settings):
            raise StackError(
                f"{self.name} cannot be reached at {self.address(settings)}, "
                f"which {variable(self.fields[0])} sets: {cause}"
            )

    def address(self, settings: Settings) -> str:
        """Return its host and port, without a password."""
        return host_and_port(reveal(settings, self.fields[0]))

    def render(self, template: str, target: Path, **values: object) -> None:
        """Write a file of `stack/config` with its values filled in, for this user only."""
        text = Template((CONFIG / template).read_text()).substitute(host=HOST, port=self.port, **values)
        private.write(target, text)


def reveal(settings: Settings, field: str) -> str:
    """Return a setting as the text that its variable would hold."""
    value = getattr(settings, field)
    return str(value.get_secret_value() if hasattr(value, "get_secret_value") else value)


def host_and_port(url: str) -> str:
    """Return the part of a URL, or of a plain ``host:port``, that can be shown to anyone."""
    return (urlsplit(url).netloc if "//" in url else url).rpartition("@")[2]
