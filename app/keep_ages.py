"""Keeping the ages of this worker's numbers, for as long as it runs."""

import asyncio
import logging
from typing import cast

from faust.types import TP

from app.ages import Progress
from app.application import ages, app
from app.totals import Totals
from app.transport import BatchConsumer

logger = logging.getLogger(__name__)

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 10.0
"""Before it tries again to hear heartbeats."""


class Topics:
    """How far each topic's partitions are counted."""

    def progress(self, tp: TP) -> Progress | None:
        """Return how far a partition is counted; None where it is not counted by this worker."""
        totals = Totals.by_topic.get(tp.topic)
        return None if totals is None else totals.progress(tp.partition)


@app.task  # type: ignore[untyped-decorator]
async def hear_heartbeats() -> None:
    """Take up the heartbeats of the shop's databases. Counting goes on without them, and the ages stand still."""
    wait_seconds = FIRST_WAIT_SECONDS
    while not app.should_stop:
        try:
            await ages.hear(cast(BatchConsumer, app.consumer))
        except Exception as error:
            fields = {"event": "heartbeats_away", "seconds": wait_seconds}
            logger.warning("no heartbeats: %r; trying again in %.0f s", error, wait_seconds, extra=fields)
        await asyncio.sleep(wait_seconds)
        wait_seconds = min(2 * wait_seconds, LONGEST_WAIT_SECONDS)


@app.task  # type: ignore[untyped-decorator]
async def keep_ages() -> None:
    """Move the ages with what is counted."""
    await ages.keep_up(cast(BatchConsumer, app.consumer), Topics())
