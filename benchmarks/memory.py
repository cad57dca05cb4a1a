"""The memory of the real worker after some events, and after many."""

import psutil
from rich.progress import Progress

from benchmarks import sandbox
from benchmarks.catch_up import catch_up, write_backlog
from benchmarks.report import Result

SOME = 100_000
MANY = 1_000_000
GROWTH = 1.2


def measure(progress: Progress) -> list[Result]:
    """Measure while the worker catches up: that is when it holds most."""
    early = late = 0.0
    with sandbox.services(progress):
        write_backlog(MANY, progress)
        worker = sandbox.start_worker()
        for counted in catch_up(worker, MANY, progress):
            late = psutil.Process(worker.pid).memory_info().rss / 2**20
            if counted >= SOME:
                early = early or late
    return [
        Result(f"memory of the worker after {SOME:,} events", f"{early:.0f} MiB"),
        Result(f"memory of the worker after {MANY:,} events", f"{late:.0f} MiB"),
        Result("growth of the memory", f"{late / early:.2f}", f"≤ {GROWTH}", late <= GROWTH * early),
    ]
