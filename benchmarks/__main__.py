"""``python -m benchmarks``: measure what the parts cost."""

import signal
import sys
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

import benchmarks.sandbox  # noqa: F401 - it sets the environment, which `settings` reads

# isort: split
import logs
from benchmarks import latency, memory, page, recovery, report, throughput, windows
from stack import StackError


class Benchmark(StrEnum):
    """What can be measured."""

    THROUGHPUT = "throughput"
    LATENCY = "latency"
    MEMORY = "memory"
    RECOVERY = "recovery"
    WINDOWS = "windows"
    PAGE = "page"


MEASURE = {
    Benchmark.THROUGHPUT: throughput.measure,
    Benchmark.LATENCY: latency.measure,
    Benchmark.MEMORY: memory.measure,
    Benchmark.RECOVERY: recovery.measure,
    Benchmark.WINDOWS: windows.measure,
    Benchmark.PAGE: page.measure,
}

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

Which = Annotated[list[Benchmark] | None, typer.Argument(help="What to measure, by default all.", show_default=False)]
Write = Annotated[bool, typer.Option("--write", help=f"Write {report.DOCUMENT.name}; only when all is measured.")]


@cli.command()
def main(which: Which = None, write: Write = False) -> None:
    """Measure the worker's speed, memory and start, Spark's windows and the page, on services of its own."""
    if write and which:
        raise typer.BadParameter("it is of all benchmarks: name none.", param_hint="--write")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it cleans up as Ctrl-C does
    logs.set_up(muted={"aiokafka"})  # topics that were made a moment ago have no leader yet: it tries again
    console = Console()
    try:
        with Progress(console=console, transient=True) as progress:
            results = [result for each in which or Benchmark for result in MEASURE[each](progress)]
    except StackError as error:
        typer.echo(error, err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(0)
    console.print(report.table(results))
    if write:
        report.write(results)


if __name__ == "__main__":
    cli(prog_name="python -m benchmarks")
