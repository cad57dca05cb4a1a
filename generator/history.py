"""The past: the days before today, and which of them the shop has still to fill."""

from datetime import date, timedelta

from generator.storage import Storage, script
from settings import Database


def days_before(today: date, count: int) -> list[date]:
    """Return the days before a day, the oldest first."""
    return [today - timedelta(days=back) for back in range(count, 0, -1)]


def missing_days(storage: Storage, days: list[date]) -> list[date]:
    """Return the days without orders. A day's orders are committed together, so that no day has a part of them."""
    rows = storage.read(Database.INSTASHOP, script("filled_days.sql"), days=days)
    filled = {day for (day,) in rows}
    return [day for day in days if day not in filled]
