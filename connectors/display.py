"""How connectors look in a terminal."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from connectors.lifecycle import Say
from connectors.observation import Observation

COLOURS = {"RUNNING": "green", "FAILED": "red", "ABSENT": "red"}

console = Console()


def table(connectors: Iterable[Observation]) -> Table:
    """Return what is known of each connector, as a table."""
    result = Table("connector", "state", "snapshot", "slot", "WAL kept", "topics", box=SIMPLE, pad_edge=False)
    for column in result.columns[:-1]:
        column.no_wrap = True
    for seen in connectors:
        slot = seen.slot
        result.add_row(
            seen.name,
            " ".join(map(coloured, dict.fromkeys((seen.state, *seen.tasks)))),
            seen.snapshot.value,
            "none" if slot is None else "lost" if slot.lost else "read" if slot.active else "not read",
            f"{slot.kept_bytes / 2**20:.1f} MiB" if slot else "-",
            " ".join(seen.topics),
        )
    return result


def coloured(state: str) -> str:
    """Return a state of Connect's in its colour."""
    return f"[{COLOURS.get(state, 'yellow')}]{state}[/]"


@contextmanager
def progress(name: str, doing: str) -> Iterator[Say]:
    """Show a spinner while something is done to a connector, and print what is said of it meanwhile."""
    with console.status(f"{name} {doing}"):
        yield lambda text: console.print(f"{name} {text}", soft_wrap=True)
