"""Events a second: the real worker beside a stock Faust agent and a bare loop, on one topic."""

from rich.progress import Progress

from benchmarks import sandbox
from benchmarks.catch_up import catch_up, write_backlog
from benchmarks.pace import Pace
from benchmarks.report import Result

EVENTS = 400_000
STOCK_EVENTS = 20_000  # its rate does not depend on how many there are, and it takes its time

TIMES_STOCK = 10
SHARE_OF_BARE = 0.5


def measure(progress: Progress) -> list[Result]:
    """Measure one after the other, while the other services idle."""
    with sandbox.services(progress):
        write_backlog(EVENTS, progress)
        bare = rate_of("bare", EVENTS, progress)
        stock = rate_of("stock", STOCK_EVENTS, progress)
        pace = Pace()
        for counted in catch_up(sandbox.start_worker(), EVENTS, progress):
            pace.see(counted)
    worker = pace.events_a_second
    return [
        Result("throughput of the worker", f"{worker:,.0f} events/s"),
        Result("throughput of a stock Faust agent", f"{stock:,.0f} events/s"),
        Result("throughput of a bare aiokafka loop that only parses", f"{bare:,.0f} events/s"),
        Result("worker : stock", f"{worker / stock:.1f}", f"≥ {TIMES_STOCK}", worker >= TIMES_STOCK * stock),
        Result("worker : bare", f"{worker / bare:.2f}", f"≥ {SHARE_OF_BARE}", worker >= SHARE_OF_BARE * bare),
    ]


def rate_of(consumer: str, events: int, progress: Progress) -> float:
    """Run a consumer of this package over the backlog, and return the events a second that it prints."""
    task = progress.add_task(f"The {consumer} consumer", total=None)
    rate = float(sandbox.output_of(sandbox.program(consumer, events)))
    progress.update(task, total=events, completed=events)
    return rate
