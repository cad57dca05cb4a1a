"""The comparison that comes again and again, in a thread of ``python -m connectors watch``."""

import logging
import time
from contextlib import suppress
from datetime import UTC, datetime
from threading import Thread

from redis import Redis, RedisError

from settings import Database, settings

logger = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds to wait for a marker to come to Kafka."""
SHARE = 10
"""A comparison begins again no sooner than so many times the time that its SQL took: the databases spend a tenth of
their time on it at most. To wait for a marker costs them nothing.
"""


def start() -> None:
    """Begin to compare, unless this is turned off. The thread ends with the process, wherever it is."""
    if settings().reconcile_every:
        Thread(target=_compare_for_ever, name="reconcile", daemon=True).start()


def _compare_for_ever() -> None:
    redis = Redis.from_url(settings().redis_url, socket_timeout=5, socket_connect_timeout=5)
    while True:
        began = time.monotonic()
        asked_seconds = compare_once(redis)
        time.sleep(pause(time.monotonic() - began, asked_seconds))


def pause(duration_seconds: float, asked_seconds: float) -> float:
    """Return the seconds from the end of a comparison to the next.

    Args:
        duration_seconds: how long the comparison took.
        asked_seconds: how much of that the databases worked for it.
    """
    return max(0.0, max(float(settings().reconcile_every), SHARE * asked_seconds) - duration_seconds)


def compare_once(redis: Redis) -> float:
    """Compare, and tell of it in Redis. Nothing that goes wrong ends the thread.

    Returns:
        The seconds for which the databases worked.
    """
    # Here, for it makes the Faust app, which a watch that does not compare need not have.
    import reconcile.status as status
    from reconcile.comparison import Comparison, Outcome

    began, clock = datetime.now(UTC), time.monotonic()
    comparison = Comparison(tuple(Database), redis, PATIENCE)
    try:
        outcomes = comparison.run()
    except RedisError:
        return comparison.asked_seconds  # who looks at Redis sees that nobody reports
    except Exception as error:
        logger.exception("the comparison with SQL failed", extra={"event": "reconcile_failed"})
        outcomes = [Outcome(database, reason=f"it failed: {error!r}") for database in Database]
    with suppress(RedisError):
        status.tell(redis, outcomes, began, time.monotonic() - clock)
    return comparison.asked_seconds
