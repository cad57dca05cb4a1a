"""A language: its words, and its way to write numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from dashboard.faults import Verdict
from dashboard.numbers import Numbers
from dashboard.texts import LANGUAGES, TEXTS, VALUES


@dataclass(frozen=True)
class Language:
    """One of `LANGUAGES`, by what it calls itself."""

    name: str

    @cached_property
    def _place(self) -> int:
        return list(LANGUAGES).index(self.name)

    def __call__(self, key: str, **values: object) -> str:
        """Return a text, with the values that it takes."""
        return TEXTS[key][self._place].format(**values)

    def value(self, name: str) -> str:
        """Return what people call a name of the data."""
        return VALUES[name][self._place] if name in VALUES else name.replace("_", " ")

    def known(self, text: str) -> str:
        """Return what people call a text that may be a name of the data; else the text as it is."""
        return self.value(text) if text in VALUES else text

    def cause(self, verdict: Verdict) -> str:
        """Return what was seen of a fault."""
        return self(verdict.cause, **self._written(verdict))

    def remedy(self, verdict: Verdict) -> str:
        """Return what to do about it."""
        return self(verdict.fault.remedy, **self._written(verdict))

    def _written(self, verdict: Verdict) -> dict[str, str]:
        return {name: self._write(value) for name, value in verdict.values.items()}

    def _write(self, value: Any) -> str:
        """Write a value of a verdict; see `Verdict.values`."""
        match value:
            case None:
                return self("never")
            case timedelta():
                return self.numbers.span(value)
            case datetime():
                return self.numbers.time(value)
            case int():
                return self.numbers.whole(value)
            case list():
                return ", ".join(map(self._write, value))
            case (name, about):
                return f"{name} ({self._write(about)})"
        return str(value)

    @property
    def numbers(self) -> Numbers:
        """What writes its numbers."""
        return Numbers(LANGUAGES[self.name])
