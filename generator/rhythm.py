"""When things happen: the rhythm of a day, and the pace of a run. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

# How busy each hour of the day is, in UTC: quiet at night, busiest in the evening. The mean is 1.
HOURS = (
    *(0.80, 0.72, 0.66, 0.62, 0.62, 0.68),
    *(0.80, 0.92, 1.00, 1.06, 1.10, 1.14),
    *(1.20, 1.16, 1.08, 1.04, 1.06, 1.12),
    *(1.24, 1.32, 1.34, 1.26, 1.10, 0.96),
)

EVENTS_A_DAY = 1_000
"""About how many events a day of the past has."""

LARGEST_BATCH = 500
"""So many events are written together at most: enough that statements are long, few enough that memory is small."""


class Pace:
    """Says how many events are due, at a rate that the rhythm of the day raises and lowers.

    What is due together is written together: single events at a leisurely rate, batches where the writing is what
    takes the time. After a break it goes on at its rate and makes up for one second at most.
    """

    def __init__(self, rate: float, start: datetime) -> None:
        """Take the mean rate in events a second; 0 is as fast as it goes."""
        self._rate = rate
        self._last = start
        self._due = 0.0

    def due(self, now: datetime) -> int:
        """Return how many events are due since the last call."""
        if self._rate == 0:
            return LARGEST_BATCH
        rate = self._rate_at(now)
        self._due = min(self._due + rate * (now - self._last).total_seconds(), 1 + rate)
        self._last = now
        due = min(int(self._due), LARGEST_BATCH)
        self._due -= due
        return due

    def wait(self, now: datetime) -> float:
        """Return the seconds until the next event is due."""
        return 0.0 if self._rate == 0 else max(0.0, (1 - self._due) / self._rate_at(now))

    def _rate_at(self, now: datetime) -> float:
        return self._rate * HOURS[now.hour]


def moments(day: date, dice: Random) -> list[datetime]:
    """Return the moments of a past day's events, in order."""
    midnight = datetime.combine(day, time(), UTC)
    hours = dice.choices(range(24), HOURS, k=dice.randint(EVENTS_A_DAY * 9 // 10, EVENTS_A_DAY * 11 // 10))
    return sorted(midnight + timedelta(hours=hour, seconds=dice.uniform(0, 3_600)) for hour in hours)
