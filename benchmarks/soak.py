"""``python -m benchmarks.soak``: a busy shop whose parts are killed, and what the comparison with SQL says meanwhile.

It ends with 1 if a number differed from SQL, or a database was never compared.
"""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from typing import Annotated, Any

import msgspec
import typer
from redis import Redis
from redis.exceptions import RedisError
from rich.console import Console
from rich.progress import Progress

from benchmarks import sandbox

# isort: split
import logs
from benchmarks.report import Result, table
from settings import CHECKOUT, DATA, Database, settings
from stack import StackError
from stack.connect import Connect
from stack.process import Process
from stack.stack import Stack

VICTIMS = ("worker", "connect", "kafka")
"""What is killed in turn, by ``kill -9``. Each is started again at once."""

LOOK_SECONDS = 1.0

Minutes = Annotated[float, typer.Option(min=1, help="For how long.")]
Rate = Annotated[int, typer.Option(min=1, help="Events of the shop a second, each of about ten changes.")]
KillEvery = Annotated[int, typer.Option(min=10, help="Seconds between two kills.")]
CompareEvery = Annotated[int, typer.Option(min=10, help="Seconds between two comparisons.")]


@dataclass
class Tally:
    """What the comparisons said.

    Attributes:
        comparisons: How often each database was compared.
        numbers: How many numbers that were.
        differences: Those that differed from SQL, as told.
        reasons: Why a database could not be compared, and how often.
        kills: How often each part was killed.
    """

    comparisons: Counter[str] = field(default_factory=Counter)
    numbers: int = 0
    differences: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    _last: str | None = None

    def take(self, document: dict[str, Any]) -> None:
        """Take in ``status:reconcile``, unless this run is known."""
        if not document or document["updated_at"] == self._last:
            return
        self._last = document["updated_at"]
        for database in document["databases"]:
            name = database["name"]
            if database["reason"] is not None:
                self.reasons[f"{name}: {database['reason']}"] += 1
                continue
            self.comparisons[name] += 1
            self.numbers += database["numbers"]
            self.differences += [f"{self._last} {name}: {each}" for each in database["differences"]]

    @property
    def is_well(self) -> bool:
        """Whether each database was compared, and no number differed."""
        return not self.differences and all(self.comparisons[database.value] for database in Database)

    def rows(self, minutes: float, changes: int) -> Iterator[Result]:
        """Return what is to be shown."""
        yield Result("minutes", f"{minutes:.0f}")
        yield Result("changes counted a second", f"{changes / minutes / 60:,.0f}")
        for victim, kills in sorted(self.kills.items()):
            yield Result(f"kill -9 of {victim}", f"{kills}")
        for database in Database:
            comparisons = self.comparisons[database.value]
            yield Result(f"comparisons of {database.value}", f"{comparisons}", "> 0", comparisons > 0)
        yield Result("numbers compared", f"{self.numbers:,}")
        found = len(self.differences)
        yield Result("differences", f"{found}", "0", not found)
        for reason, times in self.reasons.most_common():
            yield Result(f"not comparable: {reason}", f"{times}")


def programs(rate: int) -> dict[str, list[str]]:
    """Return what runs beside the services, as arguments of Python, in the order of their start."""
    return {
        "worker": ["-m", "faust", "-A", "app", "worker"],
        "watch": ["-m", "connectors", "watch"],
        "spark": ["-m", "spark", "--query", "warehouse"],
        "generator": ["-m", "generator", "--minutes", "1000000", "--rate", f"{rate}"],
    }


def keep_running(commands: dict[str, list[str]], every: dict[str, str]) -> None:
    """Start what does not run, services first."""
    for service in Stack().own:
        if not service.process.alive:
            service.start(settings())
            service.wait(settings())
            if service.name == Connect.name:
                sandbox.connect()
    for name, arguments in commands.items():
        program = Process(name, DATA)
        if not program.alive:
            program.start([sys.executable, *arguments], folder=CHECKOUT, environment=every, user=None)


def kill(name: str) -> bool:
    """Kill a part, if it runs."""
    pid = Process(name, DATA).pid
    if pid:
        os.kill(pid, signal.SIGKILL)
    return pid is not None


def document(redis: Redis, key: str) -> dict[str, Any]:
    """Return a document; an empty one where there is none, or Redis does not answer."""
    with suppress(RedisError):
        found: dict[str, Any] = msgspec.json.decode(redis.get(key) or b"{}")
        return found
    return {}


def soak(minutes: float, every_seconds: int, keep: Callable[[], None], progress: Progress) -> tuple[Tally, int]:
    """Let it run, and return what was said, and how many changes were counted."""
    tally, victims = Tally(), cycle(VICTIMS)
    begun = killed = time.monotonic()
    task = progress.add_task("Comparing", total=minutes * 60)
    with Redis.from_url(settings().redis_url, socket_timeout=5) as redis:
        while time.monotonic() < begun + minutes * 60:
            keep()
            tally.take(document(redis, "status:reconcile"))
            if time.monotonic() > killed + every_seconds:
                killed, victim = time.monotonic(), next(victims)
                tally.kills[victim] += kill(victim)
            said = f"{tally.comparisons.total()} comparisons, {len(tally.differences)} differences"
            progress.update(task, completed=time.monotonic() - begun, description=said)
            time.sleep(LOOK_SECONDS)
        changes = document(redis, "metrics:dashboard").get("total_events", 0)
    return tally, changes


def main(
    minutes: Minutes = 30, rate: Rate = 100, kill_every: KillEvery = 150, compare_every: CompareEvery = 20
) -> None:
    """Run the shop, kill parts of it in turn, and count what the comparison with SQL found."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    logs.set_up(muted={"aiokafka"})
    console, commands = Console(), programs(rate)
    every = {"INSTASHOP_RECONCILE_EVERY": f"{compare_every}", "INSTASHOP_LOG_LEVEL": "warning"}
    try:
        with Progress(console=console, transient=True) as progress, sandbox.services(progress, also=list(commands)):
            sandbox.output_of([sys.executable, "-m", "databases"])
            sandbox.connect()
            tally, changes = soak(minutes, kill_every, lambda: keep_running(commands, every), progress)
    except StackError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(0)
    console.print(table(list(tally.rows(minutes, changes))))
    for difference in tally.differences:
        console.print(difference)
    sys.exit(not tally.is_well)


if __name__ == "__main__":
    typer.run(main)
