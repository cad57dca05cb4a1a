"""What the demo shows: the headline numbers, how fast and how far behind the pipeline is, and where to look deeper."""

import json
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import redis
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from dashboard.language import Language
from dashboard.states import STALE, State, as_of, moment, state
from dashboard.verdicts import not_compared, standing_still, verdicts
from settings import CHECKOUT, DATA, settings
from stack.process import Process

LINE_EVERY = 5  # seconds between two lines where there is no terminal
NUMBERS = {
    "transactions": "orders",
    "revenue_today": "revenue today",
    "revenue_total": "revenue",
    "average_order_value": "average order",
    "customers": "customers",
    "products": "products",
    "total_events": "changes counted",
}
"""The fields of ``metrics:dashboard``, and what people call them."""


def _shown(path: Path) -> Path:
    """Return a path as people in the checkout type it."""
    return path.relative_to(CHECKOUT) if path.is_relative_to(CHECKOUT) else path


DEEPER = {
    "the addresses, for this shell": 'eval "$(.venv/bin/python -m stack env)"',
    "the documents, and one of them": ".venv/bin/python -m stack metrics   (… metrics metrics:dashboard)",
    "the connectors": ".venv/bin/python -m connectors status",
    "what is wrong, and what to do": ".venv/bin/python -m stack doctor",
    "Redis against SQL": ".venv/bin/faust -A app reconcile",
    "the logs": f"tail -f {_shown(DATA / 'logs')}/faust.log   (generator, spark, watch, dashboard, connect, kafka, …)",
}

DOCUMENTS = (
    "metrics:dashboard",
    *(f"status:{part}" for part in ("faust", "starts", "spark", "connectors", "reconcile")),
)
WORDS = Language("English")

console = Console(highlight=False, soft_wrap=True)


def _seconds(moment: datetime) -> int:
    return max(0, round((datetime.now(UTC) - moment).total_seconds()))


def _states(connector: dict[str, Any]) -> str:
    """Return a connector's state and its tasks', each once."""
    return " ".join(dict.fromkeys((connector["state"], *connector["tasks"])))


class View:
    """A look at the pipeline, drawn anew with each `look`."""

    def __init__(self, programs: Sequence[Process], page: str) -> None:
        self.print_lines = False
        self._programs = programs
        self._places = {"the page": page, "Connect": settings().connect_url}
        self._redis = redis.Redis.from_url(settings().redis_url, socket_timeout=2, decode_responses=True)
        self._documents: dict[str, dict[str, Any]] = {}
        self._dashboard: dict[str, Any] = {}
        self._lag: dict[str, int] = {}
        self._connectors: list[dict[str, Any]] = []
        self._still: set[str] = set()
        self._rate = 0.0
        self._last: tuple[float, int] | None = None
        self._printed = 0.0

    def look(self) -> None:
        """Look at Redis; where it does not answer, lag and connectors are shown as they were, and no numbers."""
        try:
            found = zip(DOCUMENTS, self._redis.mget(*DOCUMENTS), strict=True)
            self._documents = {key: json.loads(document) for key, document in found if document}
            self._dashboard = self._documents.get("metrics:dashboard", {})
            self._lag = self._documents.get("status:faust", {}).get("lag", {})
            self._places["Spark"] = self._documents.get("status:spark", {}).get("ui") or "starts"
            watched = self._documents.get("status:connectors", {})
            self._still = set(standing_still(watched))
            self._connectors = watched["connectors"] if state(watched, datetime.now(UTC)) is State.FRESH else []
        except redis.RedisError:
            self._dashboard = {}
        self._measure(time.monotonic(), self._dashboard.get("total_events"))
        if self.print_lines and time.monotonic() > self._printed + LINE_EVERY:
            self._printed = time.monotonic()
            console.print(self._line())

    def _measure(self, now: float, events: int | None) -> None:
        """Measure the changes a second since the last look, smoothed over some; nothing of what is not known."""
        if self._last and events is not None and now > self._last[0] and events >= self._last[1]:
            rate = (events - self._last[1]) / (now - self._last[0])
            self._rate += (rate - self._rate) * 0.3
        self._last = None if events is None else (now, events)

    def _line(self) -> str:
        numbers = ", ".join(f"{label} {self._number(field)}" for field, label in NUMBERS.items())
        places = ", ".join(f"{name} {place}" for name, place in self._places.items())
        numbers = f"{numbers}, as of {self._as_of()}, {self._compared()}"
        return f"{numbers}, {self._rate:.0f} changes/s, lag {sum(self._lag.values())}; {places}"

    def _number(self, field: str) -> str:
        value = self._dashboard.get(field)
        if value is None:
            return "-"
        return f"{value:,}" if isinstance(value, int) else f"€ {float(value):,.2f}"

    def _as_of(self) -> str:
        """Return up to when the numbers are counted, and their age."""
        counted = as_of([self._dashboard])
        if counted is None:
            return "not known"
        return f"{counted:%H:%M:%S} UTC, {_seconds(counted)} s ago"

    def _is_old(self) -> bool:
        counted = as_of([self._dashboard])
        return counted is not None and datetime.now(UTC) - counted > STALE

    def _compared(self) -> str:
        """Return how the last comparison with SQL ended."""
        document = self._documents.get("status:reconcile", {})
        compared = moment(document.get("compared_at", document.get("updated_at")))
        if compared is None:
            return "not compared with SQL yet"
        lacking = "".join(f", {name} not just now ({reason})" for name, reason in not_compared(document))
        if document["differences"]:
            outcome = f"{document['differences']} of {document['numbers']} differ from SQL"
        else:
            outcome = f"{document['numbers']:,} numbers equal to SQL"
        return f"{outcome}, {_seconds(compared)} s ago{lacking}"

    def _wrong(self) -> list[Text]:
        """Return what is wrong, a line each."""
        if not self._dashboard:  # nothing is counted yet, or Redis is away
            return []
        found = verdicts(self._documents, datetime.now(UTC))
        return [Text(f"✗ {each.fault.part}: {WORDS.cause(each)} {WORDS.remedy(each)}", style="red") for each in found]

    def __rich__(self) -> RenderableType:
        """Draw."""
        numbers = Table.grid(padding=(0, 2))
        for field, label in NUMBERS.items():
            numbers.add_row(label, Text(self._number(field), style="bold", justify="right"))
        numbers.add_row("changes a second", Text(f"{self._rate:,.0f}", style="bold", justify="right"))
        numbers.add_row("as of", Text(self._as_of(), style="yellow" if self._is_old() else "", justify="right"))
        numbers.add_row("compared", Text(self._compared(), justify="right"))
        lag = Table.grid(padding=(0, 2))
        for topic, behind in self._lag.items() or {"waiting for the worker": 0}.items():
            lag.add_row(topic, Text(f"{behind:,}", style="bold" if behind else "green", justify="right"))
        parts = Table.grid(padding=(0, 2))
        for each in self._connectors:
            is_still = each["name"] in self._still
            states = f"{_states(each)}, stands still" if is_still else _states(each)
            parts.add_row(each["name"], Text(states, style="red" if is_still or each["problem"] else "green"))
        if not self._connectors:
            parts.add_row("connectors", "waiting for the watch")
        for program in self._programs:
            alive = program.alive
            parts.add_row(program.name, Text("runs" if alive else "starts again", style="green" if alive else "red"))
        deeper = Table.grid(padding=(0, 2))
        for what, place in self._places.items():
            deeper.add_row(what, Text(place, style="bold cyan"))
        for what, command in DEEPER.items():
            deeper.add_row(what, Text(command, style="cyan"))
        return Group(
            Columns([Panel(numbers, title="The shop"), Panel(lag, title="Lag"), Panel(parts, title="Parts")]),
            *self._wrong(),
            Panel(deeper, title="Look deeper, in a browser and in another terminal"),
            Text("Ctrl-C stops all of it", style="dim"),
        )


# The picture of the README, from a demo that runs: python -m stack.live > docs/images/demo.svg
if __name__ == "__main__":
    paper = Console(record=True, width=118, file=StringIO())
    from stack.demo import KEPT  # which shows this view

    view = View([Process(name, DATA) for name in KEPT], "http://127.0.0.1:8501")
    for _ in range(10):
        view.look()
        time.sleep(1)
    paper.print(view)
    # Without the fonts that the picture would fetch from elsewhere.
    print(re.sub(r"@font-face \{.*?\}", "", paper.export_svg(title="make demo"), flags=re.DOTALL))  # noqa: T201
