"""How fast a consumer reads: from its first batch on to the last, so that no start of a process counts."""

import time
from typing import NamedTuple


class Pace:
    """Takes how many events are counted, as often as that is known."""

    def __init__(self) -> None:
        self._seen: list[Sighting] = []

    def see(self, events: int) -> None:
        """Note how many events are counted by now."""
        self._seen.append(Sighting(time.perf_counter(), events))

    @property
    def events_a_second(self) -> float:
        """Events a second between the first sighting and the last."""
        first, last = self._seen[0], self._seen[-1]
        return (last.events - first.events) / (last.at - first.at)


class Sighting(NamedTuple):
    """So many events were counted at a time in seconds."""

    at: float
    events: int
