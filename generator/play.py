"""Lets a shop live in its databases: what it decides is written, and where others changed it, it is read anew."""

import logging
from collections.abc import Sequence
from datetime import date, datetime

from generator.ids import Ids
from generator.load import load
from generator.operations import Event
from generator.rhythm import moments
from generator.shop import Shop
from generator.source import Source
from generator.storage import ConflictError, Storage

log = logging.getLogger(__name__)

CONFLICTS = 10
"""So many in a row may be the work of someone else, such as a second generator that deletes customers of its own whom
this one has read. More are a fault that reading anew does not mend.
"""


class Play:
    """A shop and the databases in which it lives."""

    def __init__(self, storage: Storage, seed: int | None, opening: datetime) -> None:
        """Open the shop, with base data of the moment of the opening where some is missing."""
        self._storage = storage
        self._ids = Ids(storage)
        self._source = Source.seeded(seed, self._ids.next_id)
        self._conflicts = 0
        self.open(opening)

    def open(self, now: datetime) -> None:
        """Read the shop as it stands at a moment, and write what is missing of its base data."""
        self._ids.repair()
        self._shop = Shop(self._source, load(self._storage, now))
        self._storage.write(self._shop.furnish(now))

    def events(self, moments: Sequence[datetime]) -> list[Event]:
        """Let one event happen at each moment and write them together.

        Returns:
            The events that were written: none where someone else's change did not let them be.

        Raises:
            ConflictError: where that happened several times in a row.
            DatabaseError: where a database refuses to work or was not waited for any longer.
        """
        events = [self._shop.event(moment) for moment in moments]
        try:
            self._storage.write(operation for event in events for operation in event.operations)
        except ConflictError as conflict:
            self._conflicts += 1
            if self._conflicts > CONFLICTS:
                raise
            fields = {"event": "conflict", "in_a_row": self._conflicts}
            log.warning("someone else changed the shop (%s): reading it anew", conflict, extra=fields)
            self.open(moments[-1])
            return []
        self._conflicts = 0
        return events

    def day(self, day: date) -> list[Event]:
        """Let a whole day of the past happen and write it at once."""
        return self.events(moments(day, self._source.dice))
