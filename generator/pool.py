"""Those that the shop deals with, and the new ones that nothing depends on yet."""

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

MEMBERS = 10_000
"""As many are kept in memory, however many the tables hold."""

NEWCOMERS = 50


class Pool(Generic[T]):
    """Members that other rows refer to, and newcomers that none does: only a newcomer can be deleted.

    A newcomer waits until it is admitted and becomes a member, or is dismissed.
    """

    def __init__(self, members: list[T]) -> None:
        self.members = members
        self._newcomers: deque[T] = deque()

    def welcome(self, newcomer: T) -> None:
        """Let a newcomer wait. Where too many wait, the first of them becomes a member."""
        self._newcomers.append(newcomer)
        if len(self._newcomers) > NEWCOMERS:
            self.admit()

    def admit(self) -> None:
        """Make a member of the one that waited longest. A pool that is full leaves it to the tables."""
        if self._newcomers:
            newcomer = self._newcomers.popleft()
            if len(self.members) < MEMBERS:
                self.members.append(newcomer)

    def dismiss(self) -> T | None:
        """Return the one that waited longest and forget it."""
        return self._newcomers.popleft() if self._newcomers else None
