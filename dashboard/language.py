"""A language: its words, and its way to write numbers."""

from dataclasses import dataclass
from functools import cached_property

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

    @property
    def numbers(self) -> Numbers:
        """What writes its numbers."""
        return Numbers(LANGUAGES[self.name])
