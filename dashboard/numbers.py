"""Numbers as people of a language write them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent

CURRENCY = "EUR"
NOTHING = "\N{EN DASH}"
"""What stands where there is no number."""


@dataclass(frozen=True)
class Numbers:
    """Writes numbers in a locale, such as ``es_ES``."""

    locale: str

    def whole(self, number: int) -> str:
        """Return a count, with separators."""
        return format_decimal(number, locale=self.locale)

    def decimal(self, number: float | Decimal) -> str:
        """Return a number with one decimal."""
        return format_decimal(number, format="#,##0.0", locale=self.locale)

    def money(self, amount: str | Decimal) -> str:
        """Return an amount to the cent."""
        return format_currency(Decimal(amount), CURRENCY, locale=self.locale)

    def short_money(self, amount: str | Decimal) -> str:
        """Return an amount with three digits or so, where there is no room for more."""
        return format_compact_currency(Decimal(amount), CURRENCY, locale=self.locale, fraction_digits=1)

    def percent(self, share: float | Decimal) -> str:
        """Return a share of 1 as a percentage with one decimal."""
        pattern = "#,##0.0 %" if self.locale.startswith("es") else "#,##0.0%"
        return format_percent(share, format=pattern, locale=self.locale)

    def change(self, now: Decimal | int | None, before: Decimal | int | None) -> str | None:
        """Return the change since before as a signed percentage; none where there is nothing to compare with."""
        if now is None or not before:
            return None
        share = (Decimal(now) - Decimal(before)) / abs(Decimal(before))
        return ("+" if share >= 0 else "-") + self.percent(abs(share))

    def time(self, moment: datetime) -> str:
        """Return a time of day, to the second."""
        return format_time(moment, "HH:mm:ss", locale=self.locale)

    def day(self, day: date) -> str:
        """Return a day."""
        return format_date(day, "medium", locale=self.locale)

    def span(self, span: timedelta) -> str:
        """Return a length of time in its largest unit."""
        return format_timedelta(span, threshold=1.5, locale=self.locale)
