"""Running the queries: all in one session, until they are told to stop or one of them fails."""

import logging
import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from connectors import topics
from connectors.errors import LateError, patiently
from databases.patience import end_from_signal
from settings import kafka_service
from spark.errors import explain
from spark.frontier import QueryFrontier
from spark.heartbeats import heard_by
from spark.query import Query, Sink
from spark.session import session
from spark.source import PATIENCE
from spark.standing import Standing
from spark.status import Status

logger = logging.getLogger(__name__)

HEARTBEAT = 1.0
"""Seconds between two looks at the queries."""


def run(queries: Sequence[Query], checkpoints: Path, *, master: str | None, once: bool, log_level: str) -> None:
    """Run queries in one session until Ctrl-C or SIGTERM.

    Args:
        queries: what to run.
        checkpoints: the folder of all checkpoints.
        master: where Spark runs, see `session`.
        once: whether to end when what is there is read.
        log_level: what Spark says of itself.

    Raises:
        ConnectorsError: where Kafka or a topic is not there.
        StackError: where Spark's jars cannot be had.
        SparkError: where a query failed; the others are stopped.
    """
    stop = Event()
    _end_with(stop)
    wait_for_topics(queries)
    spark = session(master, log_level=log_level)
    running: list[StreamingQuery] = []
    try:
        _end_with(stop)  # once more: Spark takes Ctrl-C for itself
        standings = {query.name: Standing() for query in queries}
        for query in queries:
            running.append(start(spark, query, checkpoints, stop, standings[query.name], once=once))  # noqa: PERF401 - to be stopped
        names, url = [query.name for query in queries], spark.sparkContext.uiWebUrl
        logger.info("%s: see %s", ", ".join(names), url, extra={"event": "started", "queries": names, "url": url})
        folders = {query.name: checkpoints / query.folder for query in queries}
        frontiers = {query.name: QueryFrontier(query.topics, standings[query.name]) for query in queries}
        with heard_by(frontiers.values()):
            watch(running, Status(running, standings, frontiers, url), folders, stop)
    finally:
        stop.set()  # also where a query failed: another may be waiting for something
        for each in running:
            each.stop()
        spark.stop()


def _end_with(stop: Event) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end_from_signal(stop))


def wait_for_topics(queries: Sequence[Query]) -> None:
    """Wait until Kafka has all topics that the queries read: a query that starts without one fails.

    Raises:
        ConnectorsError: where they are not there in time.
    """
    wanted = {topic for query in queries for topic in query.topics}

    def look() -> None:
        if missing := wanted - topics.partition_counts(wanted, patience=0).keys():
            raise LateError(
                f"{kafka_service()} has no topic {', '.join(sorted(missing))}: "
                "python -m connectors and the Faust app make them"
            )

    patiently(look, PATIENCE, aloud=True)


def start(
    spark: SparkSession, query: Query, checkpoints: Path, stop: Event, standing: Standing, *, once: bool
) -> StreamingQuery:
    """Start a query where its checkpoint says, or from the beginning.

    Args:
        spark: the session of all queries.
        query: what to start.
        checkpoints: the folder of all checkpoints.
        stop: ends all waiting.
        standing: where it says how it stands.
        once: whether it ends when it has read what is there.
    """
    spark.sparkContext.setLocalProperty("spark.scheduler.pool", query.name)
    folder = checkpoints / query.folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    former = [checkpoints / name for name in query.former_folders]
    writer = (
        query.build(spark)
        .writeStream.queryName(query.name)
        .outputMode(query.output_mode)
        .foreachBatch(noted(then_delete(former, query.open_sink(folder, stop, standing)), standing))
        .option("checkpointLocation", str(folder))
    )
    writer = writer.trigger(availableNow=True) if once else writer.trigger(processingTime=query.trigger)
    return writer.start()


def then_delete(former: Sequence[Path], sink: Sink) -> Sink:
    """Return a sink that deletes the checkpoints of former versions once it has taken a batch.

    Until then the version before could still go on.
    """

    def take(batch: DataFrame, batch_id: int) -> None:
        sink(batch, batch_id)
        for folder in former:
            if folder.exists():
                shutil.rmtree(folder)
                logger.info("deleted %s, the checkpoint of a former version", folder)

    return take


def noted(sink: Sink, standing: Standing) -> Sink:
    """Return a sink that says while it is at work."""

    def at_work(batch: DataFrame, batch_id: int) -> None:
        with standing.at_work():
            sink(batch, batch_id)

    return at_work


def watch(running: Sequence[StreamingQuery], status: Status, folders: Mapping[str, Path], stop: Event) -> None:
    """Report on the queries until all have ended, or `stop` is set.

    Args:
        running: the queries.
        status: what reports.
        folders: the checkpoint of each, by its name.
        stop: ends it.

    Raises:
        SparkError: where one failed.
    """
    while not stop.is_set() and any(query.isActive for query in running):
        stop.wait(HEARTBEAT)
        status.report()
        _require_no_failure(running, folders, stop)
    status.report()  # the last batch may have ended after the last look
    _require_no_failure(running, folders, stop)  # the last one may have ended in between


def _require_no_failure(running: Sequence[StreamingQuery], folders: Mapping[str, Path], stop: Event) -> None:
    for query in running:
        if (error := query.exception()) and not stop.is_set():
            raise explain(query.name, error, str(folders[query.name]))
