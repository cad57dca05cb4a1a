"""The records of a topic, as a streaming data frame of change events."""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - so everyone calls it
from pyspark.sql.types import LongType, StringType, StructField, StructType

from cdc.event import NEEDS_AFTER, NEEDS_BEFORE, RESET
from kafka_client import java_properties

PATIENCE = 60.0
"""Seconds to wait for Kafka, and for what it should have."""

CLOCK_SKEW_MS = 60_000
"""How far a change's time may be ahead of its record's: the clocks of the database and of Kafka Connect differ.

One change from the far future would move the watermark there, and everything after it would be late.
"""

UNREADABLE = "unreadable"

Accepts = Callable[[Column], Column]
"""Says of a row, as a struct, whether its values are such as its table can hold."""


def changes(spark: SparkSession, topic: str, schema: StructType, accepts: Accepts | None = None) -> DataFrame:
    """Return a topic of Debezium as a stream of its change events, see `change_events`.

    What cannot be read is counted, see `readable`, and left out; the Faust app keeps it in ``dead_letters``.
    """
    return readable(change_events(records(spark, topic), schema, accepts), topic)


def records(spark: SparkSession, topic: str, limit: int | None = None) -> DataFrame:
    """Return a topic from its beginning: ``value``, ``partition``, ``offset`` and ``timestamp``.

    Args:
        spark: the session.
        topic: the topic.
        limit: the most records in one batch; only for a query without a watermark. With a limit, a long partition is
            still read from its beginning when a short one is at its end, and the watermark, which follows the newest
            change of all, would call that late.
    """
    source = spark.readStream.format("kafka")
    if limit is not None:
        source = source.option("maxOffsetsPerTrigger", limit)
    kafka = {f"kafka.{name}": value for name, value in java_properties().items()}
    return (
        source.options(**kafka)
        .option("kafka.isolation.level", "read_committed")
        # The client would wait 500 ms at the end of each partition for more, which is not to be read yet.
        .option("kafka.fetch.max.wait.ms", "10")
        .option("subscribe", topic)
        .option("startingOffsets", "earliest")
        .option("failOnDataLoss", "true")
        .load()
        .where("value IS NOT NULL")  # a tombstone says nothing that its delete has not said
        .select(F.col("value").cast("string").alias("value"), "partition", "offset", "timestamp")
    )


def change_events(records: DataFrame, schema: StructType, accepts: Accepts | None = None) -> DataFrame:
    """Parse records of Debezium: its JSON without schemas, with decimals as strings.

    Args:
        records: ``value``, ``partition``, ``offset`` and ``timestamp``.
        schema: The columns of the table that are needed; a column that is not ``nullable`` has to have a value. Money
            is a decimal, which JSON's string becomes exactly. Columns that it does not name are skipped.
        accepts: What else the rows have to fulfil.

    Returns:
        ``op`` (Debezium's letter, or ``reset``), ``before`` and ``after`` (structs of `schema`), ``at`` (when the
        change was committed, to the ms), ``lsn``, ``partition``, ``offset`` and ``is_readable``. Of an unreadable
        one the others mean nothing.
    """
    source = StructType([StructField("ts_ms", LongType()), StructField("lsn", LongType())])
    envelope = StructType(
        [
            StructField("op", StringType()),
            StructField("before", schema),
            StructField("after", schema),
            StructField("source", source),
        ]
    )
    op, before, after, ts_ms = (F.col(f"event.{name}") for name in ("op", "before", "after", "source.ts_ms"))
    fits = (
        F.when(op == RESET, True)
        .when(op.isin(*(NEEDS_BEFORE | NEEDS_AFTER)), _row_fits(before, op.isin(*NEEDS_BEFORE), schema, accepts))
        .otherwise(False)
    ) & _row_fits(after, op.isin(*NEEDS_AFTER), schema, accepts)
    events = records.select("*", F.from_json("value", envelope).alias("event"))  # of its own: to be parsed once
    return events.select(
        op.alias("op"),
        before.alias("before"),
        after.alias("after"),
        moment(ts_ms).alias("at"),
        F.col("event.source.lsn").alias("lsn"),
        "partition",
        "offset",
        F.coalesce(fits & happened(ts_ms), F.lit(False)).alias("is_readable"),
    )


def happened(ts_ms: Column) -> Column:
    """Say whether a time (ms since 1970) is one at which a record of this ``timestamp`` can have happened."""
    return ts_ms.between(F.lit(0), F.unix_millis("timestamp") + CLOCK_SKEW_MS)


def moment(ts_ms: Column) -> Column:
    """Return a time in ms since 1970 as a timestamp; one that no timestamp holds, as null."""
    return F.when(happened(ts_ms), F.timestamp_millis(ts_ms))


def required(row: Column, schema: StructType) -> Column:
    """Say whether a struct is there with a value in each column that is not ``nullable``."""
    present = row.isNotNull()
    for field in schema.fields:
        if not field.nullable:
            present &= row[field.name].isNotNull()
    return present


def _row_fits(row: Column, needed: Column, schema: StructType, accepts: Accepts | None) -> Column:
    fits = required(row, schema)
    return ~needed | (fits & accepts(row) if accepts else fits)


def readable(parsed: DataFrame, topic: str) -> DataFrame:
    """Leave out what is not readable; how much that was, the query's progress shows under the topic's name."""
    counted = parsed.observe(topic, F.count_if(~F.col("is_readable")).alias(UNREADABLE))
    return counted.where("is_readable").drop("is_readable")
