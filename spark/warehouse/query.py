"""The query ``warehouse``: what the eight topics say, on its way from Kafka into the database."""

import json
import logging
import time
from contextlib import closing
from functools import reduce
from pathlib import Path
from threading import Event
from typing import cast

import psycopg2.errors
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812 - so everyone calls it
from pyspark.sql.types import LongType, StringType, StructType, TimestampType

from connectors import topics
from databases.connection import UnreachableError, address, bound_waits, connect, failure
from databases.patience import until_reachable
from settings import Database, Role
from spark.query import Query, Sink
from spark.source import PATIENCE, change_events, records
from spark.standing import Standing
from spark.warehouse.kafka import adopt
from spark.warehouse.load import UNREADABLE, Batch, Change, load
from spark.warehouse.rows import ACCEPTED, HISTORY, ROWS

logger = logging.getLogger(__name__)

NAME = "warehouse"

BATCH_LIMIT = 50_000
"""Records of a topic in one batch, so that a backlog is loaded in transactions of some seconds and the driver holds a
part of it only. No window waits here for a time to pass: a topic that runs ahead of another makes nothing late.
"""

NOT_TEXT = r"^(\[|\{|-?\d|true$|false$)"
"""How a value begins that is no text, but that `from_json` has made a text of, as it does of all."""

LOCK_TIMEOUT_S = 5
"""Seconds that a load waits for a lock before it gives up, says so and begins again."""

LOCKED = "PostgreSQL dwh_db at {where}: another session has held a lock for {seconds} s (see pg_locks)"

JSON_TIMES = {"timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"}  # Spark's own would cut them off at the ms


def build(spark: SparkSession) -> DataFrame:
    """Return the records of the eight topics, as `changes` makes them."""
    of_topics = (changes(records(spark, topic, BATCH_LIMIT), topic) for topic in ROWS)
    # A task for each core, and not one for each partition of each topic.
    return reduce(DataFrame.unionAll, of_topics).coalesce(spark.sparkContext.defaultParallelism)


def changes(records: DataFrame, topic: str) -> DataFrame:
    """Return the records of one topic in the columns of `spark.warehouse.load.Change`."""
    schema = cast(StructType, StructType.fromDDL(ROWS[topic]))
    events = change_events(records, schema, lambda row: is_storable(row, topic, schema))
    row = F.when(F.col("op") == "d", F.col("before")).otherwise(F.col("after"))
    readable = F.col("is_readable")
    return events.select(
        F.lit(topic).alias("topic"),
        "partition",
        "offset",
        F.when(readable, F.col("op")).otherwise(UNREADABLE).alias("op"),
        F.when(readable, row["id"]).alias("id"),
        F.when(readable, F.unix_millis("at")).alias("ts_ms"),
        F.when(readable, F.to_json(row, JSON_TIMES)).alias("row"),
    )


def is_storable(row: Column, topic: str, schema: StructType) -> Column:
    """Say whether the values of a row, which the record's ``value`` holds, are such as its table can hold."""
    fits = F.lit(True)
    for field in schema.fields:
        value = row[field.name]
        if (accepted := ACCEPTED.get((topic, field.name))) is not None:
            fits &= value.isin(*accepted)
        elif isinstance(field.dataType, StringType):
            in_quotes = F.col("value").rlike(rf'"{field.name}"\s*:\s*"')
            fits &= (value != "") & ~value.contains("\0") & (~value.rlike(NOT_TEXT) | in_quotes)
        elif isinstance(field.dataType, LongType):
            fits &= value.isNull() | (value >= 1)
        elif isinstance(field.dataType, TimestampType):
            fits &= value.isNull() | F.year(value).between(1, 9999)
    return fits


def needed(changes: DataFrame) -> DataFrame:
    """Leave out what is overtaken within a batch: of each row its last change, but all where there is a history.

    A row is in one partition, unless its topic gets more of them: the database knows then which is the last.
    """
    of_row = Window.partitionBy("topic", "partition", "id").orderBy(F.desc("offset"))
    is_last = F.row_number().over(of_row) == 1
    return (
        changes.withColumn("is_last", is_last)
        .where(F.col("is_last") | F.col("id").isNull() | F.col("topic").isin(*HISTORY))
        .drop("is_last")
    )


def open_sink(folder: Path, stop: Event, standing: Standing) -> Sink:
    """Return a sink that loads each batch, and waits for a database that is away or locked."""
    patience = until_reachable(stop, logger, first=0.5, longest=10, tell=standing.wait_for)
    cluster = topics.cluster(PATIENCE)

    def sink(changes: DataFrame, batch_id: int) -> None:
        patience(store, cluster, Batch(NAME, checkpoint_id(folder), batch_id), needed(changes), standing)

    return sink


def checkpoint_id(folder: Path) -> str:
    """Return the id that Spark gave a checkpoint when it was made."""
    return str(json.loads((folder / "metadata").read_text())["id"])


def store(cluster: str, batch: Batch, changes: DataFrame, standing: Standing) -> None:
    """Load a batch from a Kafka cluster. It waits for nothing once it has reached the database and had the load's lock.

    Raises:
        UnreachableError: The database is away, or another session holds a lock that the load needs.
        RefusedError: The database never takes the batch.
    """
    try:
        with closing(connect(Database.DWH, Role.WAREHOUSE)) as connection:
            with connection, connection.cursor() as cursor:
                bound_waits(cursor, LOCK_TIMEOUT_S, for_session=True)
            adopt(connection, cluster, round(time.time() * 1000))
            standing.go_on()
            load(connection, batch, map(Change._make, changes.toLocalIterator(prefetchPartitions=True)))
    except psycopg2.errors.LockNotAvailable:
        raise UnreachableError(LOCKED.format(where=address(Database.DWH), seconds=LOCK_TIMEOUT_S)) from None
    except psycopg2.Error as error:
        raise failure(Database.DWH, error, Role.WAREHOUSE) from None


QUERY = Query(NAME, tuple(ROWS), build, open_sink, output_mode="append", trigger="10 seconds")
