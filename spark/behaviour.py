"""What customers did, by the time at which they did it: by type, in how many sessions, and how far these came."""

from typing import Any, get_args

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - so everyone calls it
from pyspark.sql.types import StringType, StructField, StructType

from cdc.values import InteractionType
from spark.source import changes
from spark.windows import activity, bounds, counted_once, in_window, window_query

TOPIC = "interaction"
TYPES = get_args(InteractionType)
FUNNEL = ("view", "cart", "purchase")
"""The steps of a session that ends in a purchase, in this order."""

INTERACTION = StructType(
    [
        StructField("session_id", StringType(), nullable=False),
        StructField("type", StringType(), nullable=False),
    ]
)
"""The columns of ``interaction`` that are needed."""


def is_interaction(row: Column) -> Column:
    """Say whether a row can be an interaction."""
    return row["type"].isin(*TYPES)


def behaviour(changes: DataFrame) -> DataFrame:
    """Return the measures of each session in each window.

    What a session did in one transaction has one time; its order there is that of the WAL. Offsets would not do: they
    say nothing across partitions.

    A window's sessions are shown as their sum, which update mode cannot make in a second aggregation: the sink does.

    Args:
        changes: of interactions: activity, each once.

    Returns:
        ``start``, ``end``, ``session_id``, ``by_type`` (interactions created, less those deleted; an update retracts
        and adds), ``created`` (whether any was created) and ``reached`` (the steps of the funnel that were taken in
        their order: 3 is a purchase after a cart after a view).
    """
    created = F.col("op") == "c"
    steps = changes.select(
        F.struct("at", "lsn", "offset", "partition").alias("position"),
        "at",
        created.alias("created"),
        F.explode(_retraction_and_addition()).alias("step"),
    )
    taken = F.when(
        F.col("created") & F.col("step.type").isin(*FUNNEL),
        F.struct("step.type", "position"),
    )
    sessions = steps.groupBy(in_window(), F.col("step.session_id").alias("session_id")).agg(
        *[F.sum(F.when(F.col("step.type") == kind, F.col("step.sign")).otherwise(0)).alias(kind) for kind in TYPES],
        F.max("created").alias("created"),
        F.collect_list(taken).alias("taken"),
    )
    return sessions.select(
        *bounds(), "session_id", F.struct(*TYPES).alias("by_type"), "created", _reached("taken").alias("reached")
    )


def _retraction_and_addition() -> Column:
    """Return the interactions that a change takes away and adds, with their signs."""

    def signed(row: str, sign: int, *operations: str) -> Column:
        step = F.struct(f"{row}.session_id", f"{row}.type", F.lit(sign).cast("bigint").alias("sign"))
        return F.when(F.col("op").isin(*operations), step)

    return F.array_compact(F.array(signed("before", -1, "u", "d"), signed("after", 1, "c", "u")))


def _reached(taken: str) -> Column:
    """Return how many steps of the funnel stand in their order, each at its earliest after the one before it."""
    reached, position = F.lit(0), F.lit(None)
    for number, step in enumerate(FUNNEL, start=1):
        position = _earliest(taken, step, position if number > 1 else None)
        reached = F.when(position.isNotNull(), number).otherwise(reached)
    return reached


def _earliest(taken: str, step: str, after: Column | None) -> Column:
    def matches(each: Column) -> Column:
        return (each["type"] == step) & (F.lit(True) if after is None else each["position"] > after)

    return F.array_min(F.transform(F.filter(taken, matches), lambda each: each["position"]))


def compose(groups: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a window shows: the sum of its sessions, and how many came how far."""
    by_type = {kind: sum(group["by_type"][kind] for group in groups) for kind in TYPES}
    sessions = sum(group["created"] for group in groups)
    funnel = {step: sum(group["reached"] >= number for group in groups) for number, step in enumerate(FUNNEL, start=1)}
    return {
        "by_type": {kind: count for kind, count in by_type.items() if count},
        "sessions": sessions,
        "funnel": funnel,
        "conversion": round(funnel["purchase"] / sessions, 4) if sessions else None,
    }


def build(spark: SparkSession) -> DataFrame:
    """Return the measures of the topic."""
    return behaviour(counted_once(activity(changes(spark, TOPIC, INTERACTION, is_interaction)), "partition", "offset"))


QUERY = window_query("behaviour", TOPIC, build, key=("session_id",), compose=compose)
