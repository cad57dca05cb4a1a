"""What the page reads from Redis: all of it in one MGET, which every open page shares."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import streamlit as st
from redis import Redis
from redis.exceptions import RedisError

from settings import settings

KEYS = (
    "metrics:dashboard",
    "metrics:transactions",
    "metrics:shipments",
    "metrics:spark:transactions",
    "status:faust",
    "status:spark",
)

Document = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """The documents at one moment. A key without a document is not in it.

    Attributes:
        read_at: When they were read, UTC.
        documents: By key.
        down: Whether Redis did not answer.
    """

    read_at: datetime
    documents: dict[str, Document]
    down: bool = False


@st.cache_resource
def client() -> Redis:
    """Return the connection pool of all sessions."""
    return Redis.from_url(settings().dashboard_redis, socket_timeout=2, socket_connect_timeout=2)


@st.cache_data(ttl=4, show_spinner=False)
def snapshot() -> Snapshot:
    """Read the documents. However many pages are open, this costs one MGET in four seconds."""
    now = datetime.now(UTC)
    try:
        values = client().mget(KEYS)
        return Snapshot(
            now, {key: msgspec.json.decode(value) for key, value in zip(KEYS, values, strict=True) if value}
        )
    except (RedisError, msgspec.DecodeError):
        return Snapshot(now, {}, down=True)
