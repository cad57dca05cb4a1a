"""What the page reads from Redis: all of it in one round trip, which every open page shares."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import streamlit as st
from redis import Redis
from redis.exceptions import RedisError

from settings import settings

KEYS = (
    *(f"metrics:{name}" for name in ("dashboard", "transactions", "shipments", "stock", "events")),
    *(f"metrics:spark:{name}" for name in ("transactions", "categories", "behaviour")),
    *(f"status:{part}" for part in ("faust", "starts", "spark", "connectors", "reconcile")),
)

DEAD_LETTERS = "status:dead_letters"
"""A list: the last records that could not be understood, the newest first, each a document."""

Document = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """The documents at one moment. A key without a document is not in it.

    Attributes:
        read_at: When they were read, UTC.
        documents: By key.
        dead_letters: What `DEAD_LETTERS` holds.
        looked_at: When Redis was last asked, UTC: later than `read_at` where it did not answer.
        down_since: When it first did not answer; none where it does.
    """

    read_at: datetime
    documents: dict[str, Document]
    looked_at: datetime
    down_since: datetime | None = None
    dead_letters: tuple[Document, ...] = ()


class Reader:
    """Reads, and while Redis does not answer remembers what it last said."""

    def __init__(self) -> None:
        self._redis = Redis.from_url(settings().dashboard_redis, socket_timeout=2, socket_connect_timeout=2)
        self._last = Snapshot(datetime.min.replace(tzinfo=UTC), {}, datetime.now(UTC))

    def read(self) -> Snapshot:
        """Return the documents of now, or the last ones."""
        now = datetime.now(UTC)
        try:
            with self._redis.pipeline(transaction=False) as both:
                both.mget(KEYS)
                both.lrange(DEAD_LETTERS, 0, -1)
                values, letters = both.execute()
            found = {key: msgspec.json.decode(value) for key, value in zip(KEYS, values, strict=True) if value}
            dead_letters = tuple(msgspec.json.decode(letter) for letter in letters)
        except (RedisError, OSError, msgspec.DecodeError):
            self._last = replace(self._last, looked_at=now, down_since=self._last.down_since or now)
        else:
            self._last = Snapshot(now, found, now, dead_letters=dead_letters)
        return self._last


@st.cache_resource
def reader() -> Reader:
    """Return the reader of all sessions."""
    return Reader()


@st.cache_data(ttl=4, show_spinner=False)
def snapshot() -> Snapshot:
    """Read the documents. However many pages are open, this costs one round trip in four seconds."""
    return reader().read()
