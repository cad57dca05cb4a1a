"""``make demo``: the whole pipeline on this machine, live in the terminal, until Ctrl-C."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.live import Live

from settings import CHECKOUT, DATA, settings
from stack import ports, running
from stack.connect import Connect
from stack.errors import StackError
from stack.live import View
from stack.process import Process
from stack.service import Service
from stack.stack import Stack

HISTORY_DAYS = 30
RATE = 10  # events of the shop a second
PAGE_PORT = 8501  # of the page, or another one where it is taken

PROGRAMS = {
    "databases": ["-m", "databases"],
    "connectors": ["-m", "connectors"],
    "watch": ["-m", "connectors", "watch"],
    "faust": ["-m", "faust", "-A", "app", "worker"],
    "past": ["-m", "generator", "--minutes", "0", "--history-days", f"{HISTORY_DAYS}"],
    "generator": ["-m", "generator", "--minutes", "1000000", "--rate", f"{RATE}"],
    "spark": ["-m", "spark"],
    "dashboard": ["-m", "streamlit", "run", "dashboard/app.py"],
}
"""What runs beside the services, by name, as arguments of Python."""

KEPT: tuple[str, ...] = ("faust", "generator", "spark", "watch", "dashboard")
"""Those that run all the time."""

console = Console(highlight=False, soft_wrap=True)


def main() -> None:
    """Run the pipeline and show it, until Ctrl-C."""
    if len(sys.argv) > 1:
        print(__doc__)  # noqa: T201
        sys.exit(sys.argv[1:] != ["--help"])
    try:
        console.print("Starting the services: PostgreSQL, Redis, Kafka, Connect …")
        with running(console.print, also=list(PROGRAMS)):
            console.print("Making the databases and the connectors …")
            prepare()
            watch(Stack().own, ports.choose({"page": PAGE_PORT}, {}, ())["page"])
    except StackError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        console.print("Stopped. The data stays in .data: make demo goes on with it, make clean-data forgets it.")


def prepare() -> None:
    """Make what everything else needs: the past first, which is then part of a snapshot, and not of today's windows.

    Raises:
        StackError: where that fails; the command said why.
    """
    for name in ("databases", "past", "connectors"):
        if subprocess.run(command(name), cwd=CHECKOUT, check=False).returncode:  # noqa: S603
            raise StackError(f"{' '.join(['python', *PROGRAMS[name]])} failed.")


def watch(services: list[Service], page_port: int) -> None:
    """Keep everything running, and show what becomes of it."""
    os.environ["STREAMLIT_SERVER_PORT"] = f"{page_port}"
    view = View([Process(name, DATA) for name in KEPT], page=f"http://{ports.HOST}:{page_port}")
    with shown(view):
        while True:
            for service in services:
                if not service.process.alive:
                    service.start(settings())
                    if service.name == Connect.name:
                        # A connector that was in the middle of a snapshot has to begin anew.
                        start("connectors")
            for name in KEPT:
                start(name)
            view.look()
            time.sleep(1)


def start(name: str) -> None:
    """Start a program, unless it runs."""
    program = Process(name, DATA)
    if not program.alive:
        program.start(command(name), folder=CHECKOUT, environment={"PYTHONUNBUFFERED": "1"}, user=None)


def command(name: str) -> list[str]:
    """Return the command of a program."""
    return [sys.executable, *PROGRAMS[name]]


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
