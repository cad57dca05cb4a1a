"""All services together: start, stop, and the file of addresses by which everything else finds them."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from settings import DATA, ENV_FILE, STACK_ENV, Settings, settings, variable
from stack import jars, lock, passwords, ports
from stack.catalogue import SERVICES
from stack.errors import StackError
from stack.guard import Guard, stop
from stack.service import Service, Site, reveal

PORTS = DATA / "ports.json"
PASSWORDS = DATA / "passwords.env"
USUAL_PORTS = {name: port for service in SERVICES.values() for name, port in service.usual_ports.items()}

Report = Callable[[str], None]


def silent(_line: str) -> None:
    """Report nothing."""


class Stack:
    """The services of one data folder (``INSTASHOP_DATA``) as they are to be run now.

    Attributes:
        own: Those that run on this machine under this command's control.
        existing: Those that a variable replaces by an existing one.
    """

    def __init__(self) -> None:
        secrets = passwords.load(PASSWORDS)
        remembered = ports.remembered(PORTS)
        former = _services(Site(DATA, USUAL_PORTS | remembered, secrets)) if remembered else []
        running = {name for service in former if service.process.alive for name in service.usual_ports}
        chosen = ports.choose(USUAL_PORTS, remembered, running)
        given = _given() - _addresses(former).items()
        fields = {field for field, _ in given}
        self.site = Site(DATA, chosen, secrets)
        services = _services(self.site)
        self.existing = [service for service in services if fields.issuperset(service.fields)]
        self.own = [service for service in services if service not in self.existing]

    def publish(self) -> Settings:
        """Write the addresses where `settings` finds them, and return the settings."""
        ports.remember(PORTS, self.site.ports)
        passwords.write_private(PASSWORDS, self.site.passwords)
        values = {variable(field): value for field, value in _addresses(self.own).items()}
        passwords.write_private(STACK_ENV, values)
        settings.cache_clear()
        return settings()

    def start(self, report: Report) -> Settings:
        """Start what does not run, and wait until all is ready.

        Raises:
            StackError: A service cannot be started or reached.
        """
        where = self.publish()
        for service in self.existing:
            service.require(where)
            report(f"{service.name:<9} {service.address(where):<16} existing, ready")
        for service in self.own:
            if not service.process.alive:
                service.start(where)
        for service in self.own:
            service.wait(where)
            report(f"{service.name:<9} {service.address(where):<16} ready, log: {service.process.log}")
        return where


def _services(site: Site) -> list[Service]:
    return [service(site) for service in SERVICES.values()]


def _addresses(services: list[Service]) -> dict[str, str]:
    return {field: value for service in services for field, value in service.addresses().items()}


def _given() -> set[tuple[str, str]]:
    """Return the settings that come from the environment or `ENV_FILE`, not from this stack."""
    given = Settings(_env_file=ENV_FILE)  # type: ignore[call-arg]
    return {(field, reveal(given, field)) for field in given.model_fields_set}


@contextmanager
def _folder() -> Iterator[int]:
    """Hold the data folder for one command.

    Raises:
        StackError: Another command has it.
    """
    file = DATA / "lock"
    DATA.mkdir(parents=True, exist_ok=True)
    if not file.exists() and any(DATA.iterdir()):
        raise StackError(f"{DATA} holds other things than a stack: name another folder in {variable('data')}.")
    DATA.chmod(0o711)  # PostgreSQL's user, where root runs this, passes through to a folder of its own
    for name in ("logs", "run"):
        (DATA / name).mkdir(mode=0o700, exist_ok=True)
    descriptor = lock.acquire(file)
    if descriptor is None:
        raise StackError(f"Another command (pid {file.read_text()}) runs the stack in {DATA}: end it first.")
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _started(report: Report, also: Sequence[str] = ()) -> Iterator[tuple[Settings, Guard]]:
    with _folder() as descriptor:
        jars.fetch(report)
        stack = Stack()
        ours = [service.name for service in stack.own if not service.process.alive]
        with Guard([*ours, *also], descriptor) as guard:
            yield stack.start(report), guard
    settings.cache_clear()


def up(report: Report = silent) -> None:
    """Start the services and leave them running.

    Raises:
        StackError: A service cannot be started or reached. What was started by this call is stopped again.
    """
    with _started(report) as (_, guard):
        guard.release()


@contextmanager
def running(report: Report = silent, also: Sequence[str] = ()) -> Iterator[Settings]:
    """Have the services run within a ``with`` block; those that it started stop with it, however it ends.

    Args:
        report: What to do with each line of progress.
        also: Names of further processes (`stack.process`) that the block starts: they stop with it, and first.

    Raises:
        StackError: A service cannot be started or reached.
    """
    with _started(report, also) as (where, _):
        yield where


def down() -> None:
    """Stop the services.

    Raises:
        StackError: Another command runs them.
    """
    with _folder():
        stop(list(SERVICES))


def clean() -> None:
    """Stop the services and delete all their data.

    Raises:
        StackError: Another command runs them.
    """
    if not DATA.exists():
        return
    with _folder():
        stop(list(SERVICES))
        shutil.rmtree((DATA / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(DATA)
