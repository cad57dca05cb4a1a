"""Services for the benchmarks alone, in a folder that is gone afterwards.

To be imported before anything that imports `settings`, which reads the environment.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import Progress

for _name in [name for name in os.environ if name.startswith("INSTASHOP_")]:
    del os.environ[_name]
_FOLDER = TemporaryDirectory(prefix="instashop-benchmarks-", ignore_cleanup_errors=True)
os.environ["INSTASHOP_DATA"] = _FOLDER.name
os.environ["INSTASHOP_ENV_FILE"] = os.devnull

from settings import CHECKOUT, DATA  # noqa: E402
from stack import StackError, running  # noqa: E402
from stack.process import Process  # noqa: E402
from stack.stack import clean  # noqa: E402

WORKER = "worker"


@contextmanager
def services(progress: Progress, also: Sequence[str] = (WORKER,)) -> Iterator[None]:
    """Have fresh services within a ``with`` block, and leave nothing of them behind.

    Args:
        progress: where it shows what starts.
        also: names of the processes that the block starts: they stop with it, and first.

    Raises:
        StackError: a service cannot be started.
    """
    starting = progress.add_task("Starting the services", total=None)
    try:
        with running(lambda line: progress.update(starting, description=line.partition(", log")[0]), also=also):
            progress.remove_task(starting)
            yield
    finally:
        clean()


def connect(checkout: Path = CHECKOUT) -> None:
    """Make the databases, the topics and the connectors, as this checkout or another one has them.

    Raises:
        StackError: the connectors do not run.
    """
    output_of([sys.executable, "-m", "connectors"], checkout)


def start_worker(checkout: Path = CHECKOUT) -> Process:
    """Start the real worker, of this checkout or of another one. It ends with the services.

    Raises:
        StackError: it cannot be started.
    """
    return start(WORKER, [sys.executable, "-m", "faust", "-A", "app", "worker"], checkout)


def start(name: str, command: Sequence[str], checkout: Path = CHECKOUT) -> Process:
    """Start a process that ends with the services.

    Raises:
        StackError: it cannot be started.
    """
    process = Process(name, DATA)
    environment = {"INSTASHOP_LOG_LEVEL": "warning", "PYTHONPATH": str(checkout)}
    process.start(command, folder=checkout, environment=environment, user=None)
    return process


def check(worker: Process) -> None:
    """Make sure that the worker still runs.

    Raises:
        StackError: it does not.
    """
    if not worker.alive:
        raise StackError(f"The worker ended: {worker.last_words()}")


def program(module: str, *arguments: object) -> list[str]:
    """Return the command that runs a module of this package in a process of its own."""
    return [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]


def output_of(command: Sequence[str], checkout: Path = CHECKOUT) -> str:
    """Run a command, and return what it prints.

    Raises:
        StackError: it failed.
    """
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    done = subprocess.run(  # noqa: S603
        command, cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        cause = (done.stderr.strip().splitlines() or ["it did not say why"])[-1]
        raise StackError(f"{' '.join(command[1:])} failed: {cause}")
    return done.stdout
