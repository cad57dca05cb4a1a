"""The comparison that comes again and again, in a thread of ``python -m connectors watch``."""

import logging
import time
from datetime import UTC, datetime
from threading import Thread

from redis import Redis, RedisError

from settings import Database, settings

logger = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds to wait for a marker to come to Kafka."""
SHARE = 10
"""A comparison begins again no sooner than so many times its own duration: it takes a tenth of the time at most."""


def start() -> None:
    """Begin to compare, unless this is turned off. The thread ends with the process, wherever it is."""
    if settings().reconcile_every:
        Thread(target=_compare_for_ever, name="reconcile", daemon=True).start()


def _compare_for_ever() -> None:
    redis = Redis.from_url(settings().redis_url, socket_timeout=5, socket_connect_timeout=5)
    while True:
        began = time.monotonic()
        compare_once(redis)
        duration = time.monotonic() - began
        time.sleep(pause(duration))


def pause(duration: float) -> float:
    """Return the seconds from the end of a comparison, which took some seconds, to the next."""
    return max(float(settings().reconcile_every), SHARE * duration) - duration


def compare_once(redis: Redis) -> None:
    """Compare, and tell of it in Redis. Nothing that goes wrong ends the thread."""
    # Here, for it makes the Faust app, which a watch that does not compare need not have.
    import reconcile.status as status
    from reconcile.comparison import Comparison, Outcome

    began, clock = datetime.now(UTC), time.monotonic()
    try:
        outcomes = Comparison(tuple(Database), redis, PATIENCE).run()
    except RedisError:
        return  # who looks at Redis sees that nobody reports
    except Exception as error:
        logger.exception("the comparison with SQL failed", extra={"event": "reconcile_failed"})
        outcomes = [Outcome(database, reason=f"it failed: {error!r}") for database in Database]
    try:
        status.tell(redis, outcomes, began, time.monotonic() - clock)
    except RedisError:
        return
