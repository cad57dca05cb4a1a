"""How fast a consumer counts: from the first events to the last, so that no start of a process matters."""

import time
from typing import NamedTuple


class Sighting(NamedTuple):
    """So many events were counted by a time, in seconds."""

    at: float
    events: int


class Pace:
    """Takes how many events are counted, as often as that is known."""

    def __init__(self) -> None:
        self._sightings: list[Sighting] = []

    def see(self, events: int) -> None:
        """Note how many events are counted by now."""
        self._sightings.append(Sighting(time.perf_counter(), events))

    @property
    def events_a_second(self) -> float:
        """The mean rate between the first sighting and the last."""
        first, last = self._sightings[0], self._sightings[-1]
        return (last.events - first.events) / (last.at - first.at)
