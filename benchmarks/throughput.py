"""Events a second: the real worker beside a stock Faust agent and a bare loop, on one topic."""

from signal import SIGTERM
from statistics import median
from typing import NamedTuple

from rich.progress import Progress

from benchmarks import sandbox
from benchmarks.catch_up import catch_up, write_backlog
from benchmarks.pace import Pace
from benchmarks.report import Result

EVENTS = 400_000
STOCK_EVENTS = 20_000  # its rate does not depend on how many there are, and it takes its time
ROUNDS = 3

TIMES_STOCK = 10
SHARE_OF_BARE = 0.5


class Round(NamedTuple):
    """Events a second of each consumer, minutes from one another."""

    worker: float
    bare: float
    stock: float


def measure(progress: Progress) -> list[Result]:
    """Measure some rounds: the ratios of one tell more of what else the machine did in that minute."""
    rounds = [measure_round(progress) for _ in range(ROUNDS)]
    to_stock = [one.worker / one.stock for one in rounds]
    to_bare = [one.worker / one.bare for one in rounds]
    worker, bare, stock = map(median, zip(*rounds, strict=True))
    return [
        Result(f"throughput of the worker, median of {ROUNDS}", f"{worker:,.0f} events/s"),
        Result("throughput of a bare aiokafka loop that only parses", f"{bare:,.0f} events/s"),
        Result("throughput of a stock Faust agent", f"{stock:,.0f} events/s"),
        Result("worker : bare", *ratio(to_bare, SHARE_OF_BARE, digits=2)),
        Result("worker : stock", *ratio(to_stock, TIMES_STOCK, digits=0)),
    ]


def ratio(measured: list[float], least: float, digits: int) -> tuple[str, str, bool]:
    """Return the median of ratios and each of them, what is demanded, and whether it is met."""
    each = ", ".join(f"{one:.{digits}f}" for one in measured)
    return f"{median(measured):.{digits}f} ({each})", f"≥ {least}", median(measured) >= least


def measure_round(progress: Progress) -> Round:
    """Measure one after the other, while the other services idle; the bare loop before the worker and after it."""
    with sandbox.services(progress):
        write_backlog(EVENTS, progress)
        stock = rate_of("stock", STOCK_EVENTS, progress)
        before = rate_of("bare", EVENTS, progress)
        pace, worker = Pace(), sandbox.start_worker()
        for counted in catch_up(worker, EVENTS, progress):
            pace.see(counted)
        worker.stop(SIGTERM)
        after = rate_of("bare", EVENTS, progress)
    return Round(pace.events_a_second, (before + after) / 2, stock)


def rate_of(consumer: str, events: int, progress: Progress) -> float:
    """Run a consumer of this package over the backlog, and return the events a second that it prints."""
    task = progress.add_task(f"The {consumer} consumer", total=None)
    rate = float(sandbox.output_of(sandbox.program(consumer, events)))
    progress.update(task, total=events, completed=events)
    return rate
