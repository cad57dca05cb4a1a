"""Orders by the time at which they changed: placed, what they earned, and the states that they came into."""

from typing import Any, get_args

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - so everyone calls it
from pyspark.sql.types import DecimalType, StringType, StructField, StructType

from cdc.money import average, money
from cdc.revenue import REVENUE
from cdc.values import OrderStatus
from spark.source import changes
from spark.windows import activity, bounds, counted_once, in_window, window_query

TOPIC = "transaction"
STATUSES = get_args(OrderStatus)

ORDER = StructType(
    [
        StructField("status", StringType(), nullable=False),
        StructField("total_amount", DecimalType(12, 2), nullable=False),
    ]
)
"""The columns of ``transaction`` that are needed."""


def is_order(row: Column) -> Column:
    """Say whether a row can be an order."""
    return row["status"].isin(*STATUSES)


def transactions(changes: DataFrame) -> DataFrame:
    """Return each window's measures.

    Args:
        changes: of orders: activity, each once.

    Returns:
        ``start``, ``end``, ``count`` (orders placed), ``placed_cents`` (what these are for), ``revenue_cents`` (what
        the changes added to revenue and took from it) and ``by_status`` (orders that came into each state).
    """
    placed = F.col("op") == "c"
    moved = ~F.col("after.status").eqNullSafe(F.col("before.status"))
    measures = changes.select(
        "at",
        placed.cast("bigint").alias("placed"),
        F.when(placed, _cents("after")).otherwise(0).alias("placed_cents"),
        (_revenue("after") - _revenue("before")).alias("revenue_cents"),
        F.when(placed | moved, F.col("after.status")).alias("entered"),
    )
    windows = measures.groupBy(in_window()).agg(
        F.sum("placed").alias("count"),
        F.sum("placed_cents").alias("placed_cents"),
        F.sum("revenue_cents").alias("revenue_cents"),
        *[F.count_if(F.col("entered") == status).alias(status) for status in STATUSES],
    )
    return windows.select(*bounds(), "count", "placed_cents", "revenue_cents", F.struct(*STATUSES).alias("by_status"))


def _cents(row: str) -> Column:
    return (F.col(f"{row}.total_amount") * 100).cast("bigint")


def _revenue(row: str) -> Column:
    """Return what an order adds to revenue while it exists: nothing, where it does not."""
    return F.when(F.col(f"{row}.status").isin(*REVENUE), _cents(row)).otherwise(0)


def compose(groups: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a window shows: its one group, with money as people read it."""
    (window,) = groups
    return {
        "count": window["count"],
        "revenue": money(window["revenue_cents"]),
        "average_order_value": average(window["placed_cents"], window["count"]),
        "by_status": {status: orders for status, orders in window["by_status"].items() if orders},
    }


def build(spark: SparkSession) -> DataFrame:
    """Return the windows of the topic."""
    return transactions(counted_once(activity(changes(spark, TOPIC, ORDER, is_order)), "partition", "offset"))


QUERY = window_query("transactions", TOPIC, build, key=(), compose=compose)
