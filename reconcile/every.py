"""The comparison that comes again and again, in a thread of ``python -m connectors watch``."""

import logging
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Thread

from redis import Redis, RedisError

import reconcile.status as status
from reconcile.outcome import Outcome
from settings import Database, settings

logger = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds to wait for a marker to come to Kafka."""
SHARE = 10
"""A comparison begins again no sooner than so many times the time for which it worked: databases, Kafka and this
process spend a tenth of their time on it at most. To wait for a marker costs them nothing.
"""


def start() -> None:
    """Begin to compare, or tell that this is turned off. The thread ends with the process, wherever it is."""
    redis = Redis.from_url(settings().redis_url, socket_timeout=5, socket_connect_timeout=5)
    if settings().reconcile_every:
        Thread(target=_compare_for_ever, args=(redis,), name="reconcile", daemon=True).start()
    else:
        with suppress(RedisError):
            status.turn_off(redis)


def _compare_for_ever(redis: Redis) -> None:
    while True:
        time.sleep(compare_once(redis))


def pause(duration_seconds: float, worked_seconds: float) -> float:
    """Return the seconds from the end of a comparison to the next.

    Args:
        duration_seconds: how long the comparison took.
        worked_seconds: how much of that was not spent on waiting for the markers.
    """
    return max(0.0, max(float(settings().reconcile_every), SHARE * worked_seconds) - duration_seconds)


def compare_once(redis: Redis) -> float:
    """Compare, and tell of it in Redis. Nothing that goes wrong ends the thread.

    Returns:
        The seconds until the next comparison.
    """
    began, clock = datetime.now(UTC), time.monotonic()
    waited, outcomes = 0.0, list[Outcome]()
    try:
        outcomes, waited = _compare(redis)
    except RedisError:
        pass  # who looks at Redis sees that nobody reports
    except (Exception, SystemExit) as error:  # importing the Faust app may exit
        logger.exception("the comparison with SQL failed", extra={"event": "reconcile_failed"})
        outcomes = [Outcome(database, reason=f"it failed: {error!r}") for database in Database]
    duration = time.monotonic() - clock
    rest = pause(duration, duration - waited)
    if outcomes:
        schedule = status.Schedule(settings().reconcile_every, datetime.now(UTC) + timedelta(seconds=rest))
        with suppress(RedisError):
            status.tell(redis, outcomes, began, duration, schedule)
    return rest


def _compare(redis: Redis) -> tuple[list[Outcome], float]:
    """Compare; return the outcomes, and the seconds for which it waited for the markers."""
    from reconcile.comparison import Comparison  # makes the Faust app: a watch may do without

    comparison = Comparison(tuple(Database), redis, PATIENCE)
    return comparison.run(), comparison.waited_seconds
