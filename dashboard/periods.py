"""A period of days, and the one before it. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @classmethod
    def of_days(cls, days: int, last: date) -> Self:
        """Return so many days that end with `last`."""
        return cls(last - timedelta(days=days - 1), last)

    def before(self) -> "Period":
        """Return as many days that end before this period begins."""
        length = self.last - self.first + timedelta(days=1)
        return Period(self.first - length, self.first - timedelta(days=1))
