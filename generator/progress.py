"""Shows how a run gets on: a bar on a terminal, a line now and then elsewhere."""

import logging
import time
from collections import Counter
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from generator.operations import Event

log = logging.getLogger(__name__)

EVENTS_A_LINE = 50
SECONDS_A_LINE = 1.0  # at the least, so that a fast run does not flood its log


class Report:
    """Counts what was generated and says so."""

    def __init__(self, console: Console, title: str, total: float) -> None:
        """Take the total that `reached` counts up to."""
        self._counts: Counter[str] = Counter()
        self._said = 0
        self._last_line = time.monotonic()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[state]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(title, total=total, state="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
        if self._bar.disable and self.events != self._said:
            self._say()

    @property
    def events(self) -> int:
        """Return how many events there were."""
        return self._counts.total()

    def add(self, events: Iterable[Event], reached: float) -> None:
        """Count events, and say how far the run is."""
        self._counts.update(event.kind for event in events)
        self._bar.update(self._task, completed=reached, state=str(self))
        due = self.events // EVENTS_A_LINE > self._said // EVENTS_A_LINE
        if self._bar.disable and due and time.monotonic() - self._last_line >= SECONDS_A_LINE:
            self._say()

    def __str__(self) -> str:
        transactions, behaviours = self._counts["transaction"], self._counts["behaviour"]
        return f"{self.events} events generated ({transactions} transactions, {behaviours} behaviours)"

    def _say(self) -> None:
        self._said, self._last_line = self.events, time.monotonic()
        log.info("%s", self, extra={"event": "generated", "events": self.events, "kinds": dict(self._counts)})
