"""What something was at a given time, when it is known from when on it was what."""

from bisect import bisect_right
from typing import Generic, NamedTuple, TypeVar

V = TypeVar("V")


class Version(NamedTuple, Generic[V]):
    """A value, and the time (ms since 1970) from which it held."""

    since: int
    value: V


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

    def is_news(self, version: Version[V]) -> bool:
        """Tell whether a version says other than what is known of its time."""
        place = self._after(version.since)
        return not place or self._versions[place - 1].value != version.value

    def at(self, moment: int) -> V:
        """Return what held at a time; before the first version, what that says."""
        return self._versions[max(0, self._after(moment) - 1)].value

    def _after(self, moment: int) -> int:
        return bisect_right(self._versions, moment, key=lambda version: version.since)
