"""``make demo``: the whole pipeline on this machine, live in the terminal, until Ctrl-C."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.live import Live

from settings import CHECKOUT, DATA
from stack import running
from stack.errors import StackError
from stack.live import View
from stack.process import Process

HISTORY_DAYS = 30
RATE = 10  # events of the shop a second

PROGRAMS = {
    "faust": ["-m", "faust", "-A", "app", "worker", "-l", "info"],
    "generator": ["-m", "generator", "--minutes", "1000000", "--rate", f"{RATE}", "--history-days", f"{HISTORY_DAYS}"],
}
"""What runs beside the services, by name, as arguments of Python."""

console = Console(highlight=False, soft_wrap=True)


def main() -> None:
    """Run the pipeline and show it, until Ctrl-C."""
    if len(sys.argv) > 1:
        print(__doc__)  # noqa: T201
        sys.exit(sys.argv[1:] != ["--help"])
    try:
        console.print("Starting the services: PostgreSQL, Redis, Kafka, Connect …")
        with running(console.print, also=list(PROGRAMS)):
            connect()
            watch([Process(name, DATA) for name in PROGRAMS])
    except StackError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        console.print("Stopped. The data stays in .data: make demo goes on with it, make clean-data forgets it.")


def connect() -> None:
    """Make the connectors run.

    Raises:
        StackError: where they do not; the command said why.
    """
    console.print("Making the connectors run …")
    done = subprocess.run([sys.executable, "-m", "connectors"], cwd=CHECKOUT, check=False)
    if done.returncode:
        raise StackError("The connectors do not run.")


def watch(programs: list[Process]) -> None:
    """Keep the programs running, and show what becomes of it."""
    view = View(programs)
    with shown(view):
        while True:
            for program in programs:
                if not program.alive:
                    start(program)
            view.look()
            time.sleep(1)


def start(program: Process) -> None:
    """Start a program of `PROGRAMS`, for the first time or because it ended."""
    command = [sys.executable, *PROGRAMS[program.name]]
    program.start(command, folder=CHECKOUT, environment={"PYTHONUNBUFFERED": "1"}, user=None)


@contextmanager
def shown(view: View) -> Iterator[None]:
    """Show the view: drawn in place on a terminal, elsewhere as a line now and then."""
    if console.is_terminal:
        with Live(view, console=console, refresh_per_second=2):
            yield
    else:
        view.print_lines = True
        with suppress(BrokenPipeError):
            yield


if __name__ == "__main__":
    main()
