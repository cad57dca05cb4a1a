"""What a part of the page may say of its numbers: there are none yet, they are fresh, or nobody brings new ones."""

from collections.abc import Mapping
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


def age(document: Mapping[str, Any] | None, now: datetime) -> timedelta | None:
    """Return how long ago a document was written, or none where there is no document."""
    if not document or not document.get("updated_at"):
        return None
    return now - datetime.fromisoformat(document["updated_at"])


def state(document: Mapping[str, Any] | None, now: datetime) -> State:
    """Decide the state of a heartbeat."""
    old = age(document, now)
    if old is None:
        return State.WAITING
    return State.STALE if old > STALE else State.FRESH
