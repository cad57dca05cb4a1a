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
    configuration = _configuration(host)
    if not UNDER_SPARK_SUBMIT:
        jars.fetch(Console(stderr=True).print)
        master = master or "local[*]"
        configuration |= _on_this_machine() if master.startswith("local") else _on_a_cluster()
    builder = SparkSession.builder.appName("InstaShop live")
    if master is not None:
        builder = builder.master(master)
    for name, value in configuration.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel(log_level)
    return spark


def _on_a_cluster() -> dict[str, str]:
    return {"spark.jars": ",".join(map(str, sorted(jars.SPARK.glob("*.jar"))))}


def _on_this_machine() -> dict[str, str]:
    """Write local files in Java alone.

    Hadoop's own local file system starts a process for each file that it makes, to set its mode: dozens a second, for
    the checkpoints of these queries. What it does instead needs an API with which renaming replaces a file.
    """
    streaming = "org.apache.spark.sql.execution.streaming"
    return {
        "spark.driver.extraClassPath": f"{jars.SPARK}/*",
        "spark.hadoop.fs.file.impl": "com.globalmentor.apache.hadoop.fs.BareLocalFileSystem",
        "spark.sql.streaming.checkpointFileManagerClass": (
            f"{streaming}.checkpointing.FileSystemBasedCheckpointFileManager"
        ),
    }


def _configuration(host: str) -> dict[str, str]:
    state = "spark.sql.streaming.stateStore"
    return {
        "spark.scheduler.mode": "FAIR",  # a query with many tasks does not keep the others waiting
        "spark.driver.host": host,
        "spark.driver.bindAddress": host,
        # The plans of these queries are deep: with less stack, the log of their end overflows it.
        "spark.driver.extraJavaOptions": (
            f"-Xss4m -Dlog4j2.configurationFile={LOGGING} -Dinstashop.log.format={settings().log_format}"
        ),
        "spark.ui.port": "4040",  # or the next free one
        "spark.ui.killEnabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(settings().spark_partitions),
        # The code that Spark writes for all parts of all plans. With room for its default of 100, each part would have
        # made way by the next batch, and be compiled anew.
        "spark.sql.codegen.cache.maxEntries": "1000",
        f"{state}.providerClass": "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider",
        # A batch writes what it changed, not the whole state.
        f"{state}.rocksdb.changelogCheckpointing.enabled": "true",
        # A query goes on from its last batch. Of its checkpoint, Spark would keep the last hundred.
        "spark.sql.streaming.minBatchesToRetain": "20",
        # Each query's share of the memory is bounded together, not by the number of stores.
        f"{state}.rocksdb.boundedMemoryUsage": "true",
    }
