"""What something was at a given time, when it is known from when on it was what."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeVar

V = TypeVar("V")


class Version(NamedTuple, Generic[V]):
    """A value, and the time (ms since 1970) from which it held."""

    since: int
    value: V


def nearest(versions: Iterable[Version[V]], moment: int) -> Version[V]:
    """Return which of several holds at a time: the last since then, else the first after it; of equals, the former."""
    return max(versions, key=lambda version: (version.since <= moment, -abs(version.since - moment)))


class Versions(Generic[V]):
    """The versions of one thing, in the order of their times, in whatever order they became known."""

    def __init__(self) -> None:
        self._versions: list[Version[V]] = []

    def add(self, version: Version[V]) -> None:
        """Take up a version. Of two since the same millisecond, the later known holds."""
        place = self._after(version.since)
        if place and self._versions[place - 1].since == version.since:
            self._versions[place - 1] = version
        else:
            self._versions.insert(place, version)

    def at(self, moment: int) -> Version[V]:
        """Return what held at a time; before the first version, that one."""
        return self._versions[max(0, self._after(moment) - 1)]

    def _after(self, moment: int) -> int:
        return bisect_right(self._versions, moment, key=lambda version: version.since)
