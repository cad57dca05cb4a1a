"""Windows of 30 s: which changes belong to one, and a query that keeps the last of them in Redis."""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - so everyone calls it

from spark.query import Query
from spark.redis_sink import Compose, open_windows

LENGTH = "30 seconds"
WATERMARK = "10 seconds"
"""How much later than the newest change of all a change may come and still be counted."""

ACTIVITY = ("c", "u", "d")
"""What happens in the shop. Rows of a snapshot, and the reset before one, do not: they are as old as the shop."""


def counted_once(changes: DataFrame, *identity: str, watermark: str = WATERMARK) -> DataFrame:
    """Leave out what comes a second time within the watermark, and what comes later than the watermark.

    Here a row is a change. So the number of rows that this operator drops as late, which the query's progress shows,
    is the number of changes that came too late. The aggregation behind it would count rows that are summed already;
    and it has none to drop, since the window of a change in time is open.

    Args:
        changes: with the time ``at``.
        identity: the columns that are the same where a change is the same.
        watermark: how much later than the newest of all it may come.
    """
    return changes.withWatermark("at", watermark).dropDuplicatesWithinWatermark(list(identity))


def activity(changes: DataFrame) -> DataFrame:
    """Leave out what is no activity."""
    return changes.where(F.col("op").isin(*ACTIVITY))


def in_window() -> Column:
    """Return the window of a change, to group by; see `bounds`."""
    return F.window("at", LENGTH).alias("window")


def bounds() -> tuple[Column, Column]:
    """Return a window's ``start`` and ``end``, in seconds since 1970."""
    return F.unix_seconds("window.start").alias("start"), F.unix_seconds("window.end").alias("end")


def window_query(
    name: str, topic: str, build: Callable[[SparkSession], DataFrame], *, key: tuple[str, ...], compose: Compose
) -> Query:
    """Return a query whose windows are shown in ``metrics:spark:<name>``.

    Args:
        name: what it is called.
        topic: what it reads.
        build: makes its rows: ``start``, ``end``, `key`, and measures.
        key: the columns that tell apart the groups of one window.
        compose: makes what a window shows.
    """
    return Query(
        name,
        (topic,),
        build,
        lambda folder, _, standing: open_windows(name, folder / "windows", key, compose, standing),
    )
