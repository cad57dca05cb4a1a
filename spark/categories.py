"""Order lines by the time of sale: units and revenue of each category, and the products that sold best."""

from collections import defaultdict
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - so everyone calls it
from pyspark.sql.types import IntegerType, LongType, StringType, StructField, StructType

from cdc.items import TOPIC
from cdc.money import money
from spark.source import happened, moment, readable, records, required
from spark.windows import activity, bounds, counted_once, in_window, window_query

TOP = 10

WATERMARK = "60 seconds"
"""A partition's lines come late where the worker waits for a product, which it does for up to 30 s, or died and is
followed by another, while those of other partitions go on. No window waits for this: each is shown as it grows.
"""

ITEM = StructType(
    [
        StructField("id", StringType(), nullable=False),
        StructField("product_id", LongType(), nullable=False),
        StructField("product", StringType(), nullable=False),
        StructField("category", StringType(), nullable=False),
        StructField("quantity", IntegerType(), nullable=False),
        StructField("revenue_cents", LongType(), nullable=False),
        StructField("sign", IntegerType(), nullable=False),
        StructField("op", StringType(), nullable=False),
        StructField("ts_ms", LongType(), nullable=False),
    ]
)
"""The fields of ``transaction_items`` that are needed."""


def items(records: DataFrame) -> DataFrame:
    """Parse records of ``transaction_items``: their fields, the time ``at`` of the sale, and ``is_readable``."""
    item = F.col("item")
    fits = required(item, ITEM) & item["sign"].isin(1, -1) & happened(item["ts_ms"])
    return records.select("*", F.from_json("value", ITEM).alias("item")).select(
        *[item[field.name].alias(field.name) for field in ITEM.fields],
        moment(item["ts_ms"]).alias("at"),
        F.coalesce(fits, F.lit(False)).alias("is_readable"),
    )


def categories(items: DataFrame) -> DataFrame:
    """Return the measures of each product in each window.

    Args:
        items: order lines: activity, each once.

    Returns:
        ``start``, ``end``, ``category``, ``product_id``, ``product`` (the name in the last of the lines), ``units``
        and ``revenue_cents``.
    """
    products = items.groupBy(in_window(), "category", "product_id").agg(
        F.max_by("product", F.struct("at", "id")).alias("product"),
        F.sum(F.col("sign") * F.col("quantity").cast("bigint")).alias("units"),
        F.sum(F.col("sign") * F.col("revenue_cents")).alias("revenue_cents"),
    )
    return products.select(*bounds(), "category", "product_id", "product", "units", "revenue_cents")


def compose(groups: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a window shows: its categories, and its ten best products by revenue, then units, then id.

    A category's share is of the window's revenue; it is null where retractions leave none.
    """
    units: dict[str, int] = defaultdict(int)
    cents: dict[str, int] = defaultdict(int)
    for group in groups:
        units[group["category"]] += group["units"]
        cents[group["category"]] += group["revenue_cents"]
    total = sum(cents.values())
    best = sorted(groups, key=lambda each: (-each["revenue_cents"], -each["units"], each["product_id"]))[:TOP]
    return {
        "categories": {
            category: {
                "product_sales": units[category],
                "category_revenue": money(cents[category]),
                "share": round(cents[category] / total, 4) if total > 0 else None,
            }
            for category in sorted(units)
        },
        "top_products": [
            {
                "product_id": each["product_id"],
                "product": each["product"],
                "category": each["category"],
                "units": each["units"],
                "revenue": money(each["revenue_cents"]),
            }
            for each in best
        ],
    }


def build(spark: SparkSession) -> DataFrame:
    """Return the measures of the topic."""
    return categories(counted_once(activity(readable(items(records(spark, TOPIC)), TOPIC)), "id", watermark=WATERMARK))


QUERY = window_query("categories", TOPIC, build, key=("category", "product_id"), compose=compose)
