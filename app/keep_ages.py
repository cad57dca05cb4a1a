"""Keeping the ages of this worker's numbers, for as long as it runs."""

from typing import cast

from faust.types import TP

from app.application import ages, app
from app.reachable import until_kafka_answers
from app.totals import Totals
from app.transport import BatchConsumer
from cdc.partials import Position


class Counted:
    """How far each topic's partitions are counted."""

    def position(self, tp: TP) -> Position | None:
        """Return a partition's position; None where it is not counted by this worker."""
        totals = Totals.by_topic.get(tp.topic)
        return None if totals is None else totals.position(tp.partition)


@app.task  # type: ignore[untyped-decorator]
@until_kafka_answers
async def hear_heartbeats() -> None:
    """Take up the heartbeats of the shop's databases."""
    await ages.hear(cast(BatchConsumer, app.consumer))


@app.task  # type: ignore[untyped-decorator]
async def keep_ages() -> None:
    """Move the ages with what is counted."""
    await ages.keep_up(cast(BatchConsumer, app.consumer), Counted())
