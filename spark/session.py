"""The Spark session that all queries share."""

import os
from pathlib import Path

from pyspark.sql import SparkSession
from rich.console import Console

from settings import settings
from stack import jars

LOGGING = Path(__file__).with_name("log4j2.properties")

UNDER_SPARK_SUBMIT = "PYSPARK_GATEWAY_PORT" in os.environ
"""Whether spark-submit started this process: then it has given the master and the jars."""


def session(master: str | None = None, *, log_level: str = "WARN") -> SparkSession:
    """Start Spark.

    Args:
        master: Where it runs; by default what spark-submit was given, or else all cores of this machine.
        log_level: What it says on standard error.

    Raises:
        StackError: Spark's Kafka jars are missing and cannot be fetched.
    """
    host = settings().spark_host
    os.environ.setdefault("SPARK_LOCAL_IP", host)  # what the UI, too, listens on
    builder = SparkSession.builder.appName("InstaShop live")
    if not UNDER_SPARK_SUBMIT:
        jars.fetch(Console(stderr=True).print)
        builder = builder.master("local[*]").config("spark.jars", ",".join(map(str, sorted(jars.SPARK.glob("*.jar")))))
    if master is not None:
        builder = builder.master(master)
    for name, value in _configuration(host).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel(log_level)
    return spark


def _configuration(host: str) -> dict[str, str]:
    state = "spark.sql.streaming.stateStore"
    return {
        "spark.driver.host": host,
        "spark.driver.bindAddress": host,
        # The plans of these queries are deep: with less stack, the log of their end overflows it.
        "spark.driver.extraJavaOptions": f"-Xss4m -Dlog4j2.configurationFile={LOGGING}",
        "spark.ui.port": "4040",  # or the next free one
        "spark.ui.killEnabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(settings().spark_partitions),
        f"{state}.providerClass": "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider",
        # A batch writes what it changed, not the whole state.
        f"{state}.rocksdb.changelogCheckpointing.enabled": "true",
        # Each query's share of the memory is bounded together, not by the number of stores.
        f"{state}.rocksdb.boundedMemoryUsage": "true",
    }
