"""``python -m generator``: play the shop."""

import logging
import time
from contextlib import closing
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from typing import Annotated

import typer
from rich.console import Console

import databases
import logs
from databases import RefusedError
from databases.command import one_clear_line
from generator.history import days_before, missing_days
from generator.play import Play
from generator.progress import Report
from generator.rhythm import Pace
from generator.stop import Stop
from generator.storage import Storage
from settings import SOURCES

log = logging.getLogger("generator")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

Minutes = Annotated[float, typer.Option(min=0, help="How long to play; filling the past does not count.")]
Rate = Annotated[float, typer.Option(min=0, help="Events a second, as the mean of a day; 0: as fast as it goes.")]
Seed = Annotated[int | None, typer.Option(help="Repeat a run: the same seed on the same tables, the same shop.")]
HistoryDays = Annotated[int, typer.Option(min=0, help="First fill so many days before today that have no orders.")]
Events = Annotated[int | None, typer.Option(min=1, help="End after so many events, if not before.")]


@app.command()
def main(
    minutes: Minutes = 60, rate: Rate = 10, seed: Seed = None, history_days: HistoryDays = 0, events: Events = None
) -> None:
    """Play the shop: orders, visits, stock and deliveries, written into its four databases.

    Databases, tables and base data are made where they are missing. A shop that is there goes on.
    """
    console = Console()
    with one_clear_line("generator"):
        logs.set_up("stdout")
        create_databases()
        with Stop() as stop, closing(Storage(stop.event)) as storage:
            days = missing_days(storage, days_before(datetime.now(UTC).date(), history_days))
            play = Play(storage, seed, opening(days))
            if days:
                fill(play, days, stop, console)
                play.open(datetime.now(UTC))
            run(play, Pace(rate, datetime.now(UTC)), minutes, events, stop, console)


def create_databases() -> None:
    """Make what is missing, where the user that the URLs name may."""
    try:
        databases.create(SOURCES)
    except RefusedError as error:
        log.warning("%s: taking the tables as they are", error, extra={"event": "databases_refused"})


def opening(days: list[date]) -> datetime:
    """Return the moment at which the shop opens: at the beginning of the past that it has, or now."""
    return datetime.combine(days[0], time_of_day(), UTC) if days else datetime.now(UTC)


def fill(play: Play, days: list[date], stop: Stop, console: Console) -> None:
    """Fill days of the past."""
    with Report(console, "Filling the past", total=len(days)) as report:
        for number, day in enumerate(days, start=1):
            if stop.event.is_set():
                return
            report.add(play.day(day), reached=number)


def run(play: Play, pace: Pace, minutes: float, events: int | None, stop: Stop, console: Console) -> None:
    """Play at a pace until the time is over, or so many events happened."""
    start = time.monotonic()
    stop.after(minutes * 60)
    with Report(console, "Playing the shop", total=events or minutes * 60) as report:
        while not stop.event.is_set() and (events is None or report.events < events):
            now = datetime.now(UTC)
            due = pace.due(now) if events is None else min(pace.due(now), events - report.events)
            if due:
                happened = play.events([now] * due)
                report.add(happened, reached=report.events if events else time.monotonic() - start)
            stop.event.wait(pace.wait(datetime.now(UTC)))


if __name__ == "__main__":
    app(prog_name="python -m generator")
