"""A stream whose changes come in any order: those in time count in their window, the others are counted as late."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from spark import transactions
from spark.status import Progress
from spark.windows import counted_once

NOON = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp())
WATERMARK = 10

# Seconds after noon at which the orders of each batch are placed.
#
#     batch 1  ──────────────●  on time
#     batch 2        ●───────|  within 10 s of the newest: counted
#     batch 3  ●─────────────|  beyond: late
BATCHES = st.lists(st.lists(st.integers(0, 120), min_size=1, max_size=6), min_size=1, max_size=4)


def expected(batches: list[list[int]]) -> tuple[dict[int, int], int]:
    """Return the orders of each window, and how many are late."""
    counts: Counter[int] = Counter()
    late, watermark = 0, float("-inf")
    for batch in batches:
        in_time = [second for second in batch if second > watermark]
        counts.update(second // 30 * 30 for second in in_time)
        late += len(batch) - len(in_time)
        watermark = max(watermark, *[second - WATERMARK for second in batch])
    return dict(counts), late


@settings(max_examples=4, deadline=None)
@given(batches=BATCHES)
def test_a_drawn_timeline(spark: SparkSession, batches: list[list[int]]) -> None:
    check(spark, batches)


def test_on_time_within_the_watermark_and_beyond_it(spark: SparkSession) -> None:
    batches = [[60, 100], [91, 110], [99], [101]]
    assert expected(batches) == ({60: 1, 90: 4}, 1)
    check(spark, batches)


def check(spark: SparkSession, batches: list[list[int]]) -> None:
    with TemporaryDirectory() as folder:
        seen, progress = run(spark, Path(folder), batches)
    counts, late = expected(batches)
    assert seen == counts
    assert progress.late == late


def run(spark: SparkSession, folder: Path, batches: list[list[int]]) -> tuple[dict[int, int], Progress]:
    """Stream the batches, each by a query that goes on where the one before it ended."""
    topic = folder / "topic"
    topic.mkdir()
    shown: dict[int, int] = {}
    progress = Progress()

    def sink(batch: DataFrame, _batch_id: int) -> None:
        shown.update({row["start"] - NOON: row["count"] for row in batch.collect()})

    for number, batch in enumerate(batches):
        lines = [json.dumps({"second": second, "offset": number * 100 + n}) for n, second in enumerate(batch)]
        (topic / f"{number}.json").write_text("\n".join(lines))
        query = (
            transactions.transactions(counted_once(orders(spark, topic), "partition", "offset"))
            .writeStream.outputMode("update")
            .option("checkpointLocation", str(folder / "checkpoint"))
            .foreachBatch(sink)
            .trigger(availableNow=True)
            .start()
        )
        query.awaitTermination()
        for each in query.recentProgress:
            progress.take(each)
    return shown, progress


def orders(spark: SparkSession, topic: Path) -> DataFrame:
    row = "struct<status: string, total_amount: decimal(12,2)>"
    return (
        spark.readStream.schema("second long, offset long")
        .json(str(topic))
        .select(
            F.lit("c").alias("op"),
            F.lit(None).cast(row).alias("before"),
            F.struct(F.lit("paid").alias("status"), F.lit("1.00").cast("decimal(12,2)").alias("total_amount")).alias(
                "after"
            ),
            F.timestamp_seconds(F.col("second") + NOON).alias("at"),
            F.lit(0).alias("partition"),
            "offset",
        )
    )
