"""What was measured, as a table for the terminal and as ``docs/benchmarks.md``."""

import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import NamedTuple

from rich.table import Table

from benchmarks.machine import machine, versions
from settings import CHECKOUT

DOCUMENT = CHECKOUT / "docs" / "benchmarks.md"
TEMPLATE = Path(__file__).with_name("report.md")


class Result(NamedTuple):
    """A measured value, and what is demanded of it."""

    what: str
    value: str
    demanded: str = ""
    met: bool | None = None
    """None where nothing is demanded."""

    @property
    def mark(self) -> str:
        """A sign for whether the demand is met."""
        return {True: "✓", False: "✗", None: ""}[self.met]


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[98]


def table(results: Sequence[Result]) -> Table:
    """Return the results for a terminal."""
    made = Table("measured", "value", "demanded", "")
    for result in results:
        colour = {True: "green", False: "red", None: ""}[result.met]
        made.add_row(result.what, result.value, result.demanded, result.mark, style=colour)
    return made


def write(results: Sequence[Result]) -> None:
    """Write the results to `DOCUMENT`, with when, where and with what they were measured."""
    rows = [f"| {' | '.join((result.what, result.value, result.demanded, result.mark))} |" for result in results]
    text = Template(TEMPLATE.read_text()).substitute(
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", machine=machine(), versions=versions(), rows="\n".join(rows)
    )
    DOCUMENT.write_text(text)
