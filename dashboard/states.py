"""What a part of the page may say of its numbers: there are none yet, they are fresh, or nobody brings new ones."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

STALE = timedelta(seconds=30)
"""Each part's heartbeat comes far more often: a document older than this has stopped."""


class State(StrEnum):
    """How far a document can be relied on. Its zeros are numbers like others."""

    WAITING = "waiting"
    FRESH = "fresh"
    STALE = "stale"


def moment(text: str | None) -> datetime | None:
    """Return a time of a document; None where it is not known."""
    return datetime.fromisoformat(text) if text else None


def age(document: Mapping[str, Any] | None, now: datetime) -> timedelta | None:
    """Return how long ago a document was written, or none where there is no document."""
    written = moment((document or {}).get("updated_at"))
    return now - written if written else None


def state(document: Mapping[str, Any] | None, now: datetime) -> State:
    """Decide the state of a heartbeat."""
    old = age(document, now)
    if old is None:
        return State.WAITING
    return State.STALE if old > STALE else State.FRESH


def as_of(documents: Iterable[Mapping[str, Any] | None]) -> datetime | None:
    """Return up to when all of these documents are counted: the oldest ``as_of``.

    None where one of them does not know it, or where there is no document. What is not there yet (None) is not shown,
    and does not count.
    """
    known = [moment(document.get("as_of")) for document in documents if document]
    return min(filter(None, known)) if known and all(known) else None
