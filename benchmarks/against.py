"""``python -m benchmarks.against COMMIT``: this version beside an earlier one, in turns, in one run.

Figures of one machine depend on the minute in which they are taken. So both versions are measured in each round, one
directly after the other, and what is told is the ratio.
"""

import io
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated, NamedTuple

import psutil
import typer
from rich.console import Console
from rich.progress import Progress

from benchmarks import sandbox

# isort: split
import logs
from benchmarks import latency, throughput
from benchmarks.catch_up import catch_up, write_backlog
from benchmarks.pace import Pace
from benchmarks.report import Result, percentiles, table
from settings import CHECKOUT
from stack import StackError

LEAST = 0.9
"""A ratio below this is worse, and not a matter of the moment."""

Commit = Annotated[str, typer.Argument(help="The earlier version.", show_default=False)]
Rounds = Annotated[int, typer.Option(min=1, help="How often each is measured.")]


class Figures(NamedTuple):
    """What one version did in one round.

    Attributes:
        events_a_second: The worker's, over a backlog.
        cpu_seconds: Its processor time for that. Other work on the machine changes it little.
        memory_mib: Its resident memory at the end of that.
        p50_ms: From commit to Redis, at 1,000 orders a second.
        p99_ms: The same.
    """

    events_a_second: float
    cpu_seconds: float
    memory_mib: float
    p50_ms: float
    p99_ms: float


def checkout_of(commit: str, folder: Path) -> Path:
    """Unpack an earlier version, with this one's jars.

    Raises:
        StackError: git does not know it.
    """
    archived = subprocess.run(["git", "archive", commit], cwd=CHECKOUT, capture_output=True, check=False)  # noqa: S603, S607
    if archived.returncode:
        raise StackError(archived.stderr.decode().strip())
    with tarfile.open(fileobj=io.BytesIO(archived.stdout)) as archive:
        archive.extractall(folder, filter="data")
    (folder / "lib").symlink_to(CHECKOUT / "lib")
    return folder


def figures(checkout: Path, progress: Progress) -> Figures:
    """Measure one version."""
    return Figures(*catching_up(checkout, progress), *percentiles(milliseconds(checkout, progress)))


def catching_up(checkout: Path, progress: Progress) -> tuple[float, float, float]:
    """Return a worker's events a second over a backlog, its processor time in seconds and its memory in MiB then."""
    with sandbox.services(progress):
        write_backlog(throughput.EVENTS, progress)
        pace, worker = Pace(), sandbox.start_worker(checkout)
        for counted in catch_up(worker, throughput.EVENTS, progress):
            pace.see(counted)
        process = psutil.Process(worker.pid)
        used, memory = process.cpu_times(), process.memory_info().rss / 2**20
    return pace.events_a_second, used.user + used.system, memory


def milliseconds(checkout: Path, progress: Progress) -> list[float]:
    """Return the latencies of orders at the highest rate, with the watch and so this version's comparison running."""
    with sandbox.services(progress, also=[sandbox.WORKER, "watch"]):
        sandbox.connect(checkout)
        worker = sandbox.start_worker(checkout)
        sandbox.start("watch", [sys.executable, "-m", "connectors", "watch"], checkout)
        *_, (_, _, measured) = latency.run(progress, worker)
    return measured


def rows(former: list[Figures], present: list[Figures]) -> Iterator[Result]:
    """Return each figure of both, and the median of the rounds' ratios: above 1, this version is better."""
    for name in Figures._fields:
        pairs = [(getattr(one, name), getattr(other, name)) for one, other in zip(former, present, strict=True)]
        more_is_better = name == "events_a_second"
        ratios = [new / old if more_is_better else old / new for old, new in pairs]
        each = ", ".join(f"{old:,.1f} → {new:,.1f}" for old, new in pairs)
        ratio = median(ratios)
        yield Result(f"{name}: former → this", each)
        yield Result(f"{name}: how much better", f"{ratio:.2f}", f"≥ {LEAST}", ratio >= LEAST)


def main(commit: Commit, rounds: Rounds = 3) -> None:
    """Measure this version beside an earlier one."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    logs.set_up(muted={"aiokafka"})
    console = Console()
    former: list[Figures] = []
    present: list[Figures] = []
    try:
        with TemporaryDirectory() as folder, Progress(console=console, transient=True) as progress:
            earlier = checkout_of(commit, Path(folder))
            for number in range(rounds):
                turns = [(former, earlier), (present, CHECKOUT)]
                for taken, checkout in turns if number % 2 else reversed(turns):  # neither is always the first
                    taken.append(figures(checkout, progress))
    except StackError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(0)
    console.print(table(list(rows(former, present))))


if __name__ == "__main__":
    typer.run(main)
