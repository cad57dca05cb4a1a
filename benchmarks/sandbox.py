"""Services for the benchmarks alone, in a folder that is gone afterwards.

To be imported before anything that imports `settings`, which reads the environment.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

for _name in [name for name in os.environ if name.startswith("INSTASHOP_")]:
    del os.environ[_name]
_FOLDER = TemporaryDirectory(prefix="instashop-benchmarks-", ignore_cleanup_errors=True)
os.environ["INSTASHOP_DATA"] = _FOLDER.name
os.environ["INSTASHOP_ENV_FILE"] = os.devnull

from settings import CHECKOUT, DATA  # noqa: E402
from stack import running  # noqa: E402
from stack.process import Process  # noqa: E402
from stack.stack import clean  # noqa: E402

WORKER = "worker"
Say = Callable[[str], None]


class ProgramError(Exception):
    """A program that a benchmark runs has ended; the message holds the last words of its log."""


@contextmanager
def services(say: Say) -> Iterator[None]:
    """Have fresh services within a ``with`` block, and leave nothing of them behind."""
    try:
        with running(say, also=[WORKER]):
            yield
    finally:
        clean()


def start_worker() -> Process:
    """Start the real ``faust -A app worker``; it ends with the services."""
    worker = Process(WORKER, DATA)
    command = [sys.executable, "-m", "faust", "-A", "app", "worker", "-l", "warn"]
    worker.start(command, folder=CHECKOUT, environment={}, user=None)
    return worker


def check(worker: Process) -> None:
    """Make sure that the worker still runs.

    Raises:
        ProgramError: it does not.
    """
    if not worker.alive:
        raise ProgramError(f"The worker ended: {worker.last_words()}")


def run(module: str, *arguments: object) -> str:
    """Run a module of this package in a process of its own, and return what it prints.

    Raises:
        ProgramError: it failed.
    """
    done = subprocess.run(command(module, arguments), cwd=CHECKOUT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise ProgramError(f"{module} ended: {(done.stderr.strip().splitlines() or ['without a word'])[-1]}")
    return done.stdout


def command(module: str, arguments: Sequence[object]) -> list[str]:
    """Return the command that runs a module of this package."""
    return [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
