"""What others ask a worker: ``/metrics`` for Prometheus, ``/live`` and ``/ready`` for whoever restarts it.

All answers are made from what was last known, in threads of their own: counting does not wait for them, and none waits
for another.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import ThreadingWSGIServer
from prometheus_client.registry import Collector

from app.others import Connectors, Faust, Others, Reconcile, Spark
from app.pulse import Pulse, complaint
from connectors.definitions import connector_of

logger = logging.getLogger(__name__)

START = timedelta(seconds=60)
"""How long a worker, or a query of Spark, may take from its start until its numbers have an age; as in the verdicts."""
ROUNDS, SLACK = 2, timedelta(seconds=30)
"""Pauses, and the time beside them, after which a comparison that does not say when the next one is due is late."""

PulseOf = Callable[[], Pulse | None]
OthersOf = Callable[[], Others]


class WorkerCollector(Collector):
    """Makes Prometheus's metrics of a pulse, and of what the other parts say."""

    def __init__(self, pulse: PulseOf, others: OthersOf) -> None:
        self._pulse, self._others = pulse, others

    def collect(self) -> Iterable[Metric]:
        """Return the metrics: while the worker starts, that it recovers."""
        pulse, now = self._pulse(), time.monotonic()
        if pulse is None:
            return [_recovering(True)]
        return [*_metrics(pulse, now), *_of_others(self._others(), now, datetime.now(UTC))]


def _recovering(is_so: bool) -> Metric:
    return GaugeMetricFamily("instashop_recovering", "1 in a rebalance, or while tables are read.", is_so)


def _metrics(pulse: Pulse, now: float) -> Iterator[Metric]:
    # A gauge: they are the partitions' own, and move to another worker with them.
    events = GaugeMetricFamily(
        "instashop_events", "Change events counted, ever, in this worker's partitions.", labels=("topic", "outcome")
    )
    for labels, count in pulse.events.items():
        events.add_metric(labels, count)
    yield events
    batches = CounterMetricFamily("instashop_batches", "Batches counted since the start.", labels=("topic",))
    for topic, count in pulse.batches.items():
        batches.add_metric((topic,), count)
    yield batches
    lag = GaugeMetricFamily("instashop_lag", "Records that wait to be counted.", labels=("topic", "partition"))
    for topic, partitions in pulse.lag.items():
        for partition, waiting in partitions.items():
            lag.add_metric((topic, str(partition)), waiting)
    yield lag
    for name, meaning, since in (
        ("fetch", "the consumer last asked Kafka for records", pulse.fetched_at),
        ("progress", "something was counted, or nothing waited", pulse.moved_at),
        ("commit", "offsets were last committed", pulse.committed_at),
        ("mirror", "Redis was last written", pulse.mirrored_at),
        ("pulse", "the worker's loop last took stock", pulse.at),
    ):
        yield GaugeMetricFamily(f"instashop_{name}_age_seconds", f"Seconds since {meaning}.", value=now - since)
    meaning = "1 where Redis answers, and refuses what the worker writes."
    yield GaugeMetricFamily("instashop_mirror_refused", meaning, value=pulse.redis_refuses)
    yield _recovering(pulse.recovering)


def _of_others(others: Others, now: float, time_of_day: datetime) -> Iterator[Metric]:
    """Make the metrics of what the parts say.

    Args:
        others: what they say.
        now: the monotonic time.
        time_of_day: the same moment: commits are times of the databases' clocks.
    """
    ages = GaugeMetricFamily("instashop_status_age_seconds", "Seconds since a part told how it is.", labels=["part"])
    for part, heard in others.parts.items():
        if part != "starts":  # a part of what the worker says
            ages.add_metric([part], now - heard.at)
    yield ages
    if others.connectors:
        yield from _of_connectors(others.connectors, time_of_day)
    if others.spark:
        yield from _of_spark(others.spark, time_of_day)
    if others.faust:
        yield from _of_faust(others.faust, time_of_day)
    yield from _of_reconcile(others.reconcile, others.connectors, time_of_day)
    if others.starts:
        meaning = "Workers that ended lately without saying so."
        yield GaugeMetricFamily("instashop_worker_crashes", meaning, value=others.starts.crashes)


def _of_connectors(said: Connectors, now: datetime) -> Iterator[Metric]:
    well, endangered, restarts, kept, heartbeats, still = (
        GaugeMetricFamily(f"instashop_{name}", meaning, labels=["connector"])
        for name, meaning in (
            ("connector_well", "1 where it carries all changes, and nothing threatens it."),
            ("slot_endangered", "1 where PostgreSQL soon gives up what it keeps for it."),
            ("connector_restarts", "How often it was restarted since the watch began."),
            ("slot_lag_bytes", "WAL that PostgreSQL keeps for it."),
            ("heartbeat_age_seconds", "Seconds since its newest heartbeat in Kafka; none while it takes a snapshot."),
            ("heartbeat_still_seconds", "Seconds since a newer heartbeat last came; none while it takes a snapshot."),
        )
    )
    for connector in said.connectors:
        name = [connector.name]
        well.add_metric(name, connector.problem is None)
        endangered.add_metric(name, connector.slot_endangered)
        restarts.add_metric(name, connector.restarts)
        if connector.slot_lag_bytes is not None:
            kept.add_metric(name, connector.slot_lag_bytes)
        if connector.heartbeat_at is not None and not connector.in_snapshot:
            moved = max(connector.heartbeat_at, connector.heartbeat_moved_at or connector.heartbeat_at)
            heartbeats.add_metric(name, _age(connector.heartbeat_at, now))
            still.add_metric(name, _age(moved, now))
    yield from (well, endangered, restarts, kept, heartbeats, still)
    if said.dead_letters_unseen is not None:
        meaning = "Records that could not be understood and that nobody has looked at."
        yield GaugeMetricFamily("instashop_dead_letters_unseen", meaning, value=said.dead_letters_unseen)


def _of_spark(said: Spark, now: datetime) -> Iterator[Metric]:
    meaning = "Seconds since the moment up to which a query of Spark has counted; since the start if it never has."
    ages = GaugeMetricFamily("instashop_spark_as_of_age_seconds", meaning, labels=["query"])
    for name, query in said.queries.items():
        if counted := _counted(query.as_of, said.started_at, now):
            ages.add_metric([name], _age(counted, now))
    yield ages


def _counted(as_of: datetime | None, started: datetime | None, now: datetime) -> datetime | None:
    """Return from when the age of numbers is told. If it is not known, the start is; nothing shortly after that."""
    if as_of is not None:
        return as_of
    return started if started and now - started > START else None


def _of_faust(said: Faust, now: datetime) -> Iterator[Metric]:
    meaning = "Seconds since the moment up to which a topic is counted; since the start if that is not known."
    ages = GaugeMetricFamily("instashop_as_of_age_seconds", meaning, labels=["topic", "connector"])
    for topic, as_of in said.as_of.items():
        if counted := _counted(as_of, said.started_at, now):
            ages.add_metric([topic, connector_of().get(topic, "")], _age(counted, now))
    yield ages


def _of_reconcile(said: Reconcile | None, watch: Connectors | None, now: datetime) -> Iterator[Metric]:
    every, started = _every(said, watch), watch.started_at if watch else None
    if every:
        yield GaugeMetricFamily("instashop_reconcile_every_seconds", "Seconds between two comparisons.", value=every)
    if every and (due := _due(said, every, started)):
        meaning = "Seconds for which the next comparison has been due; below 0 if it is not."
        yield GaugeMetricFamily("instashop_reconcile_overdue_seconds", meaning, value=_age(due, now))
    if said is None:
        return
    if compared := said.compared_at or started:
        meaning = "Seconds since all databases could be compared with SQL; since the watch's start if they never could."
        yield GaugeMetricFamily("instashop_reconcile_compared_age_seconds", meaning, value=_age(compared, now))
    meaning = "Numbers that differed from SQL in the last comparison."
    differences = GaugeMetricFamily("instashop_reconcile_differences", meaning, labels=["database"])
    for database in said.databases:
        differences.add_metric([database.name], database.difference_count)
    yield differences


def _every(said: Reconcile | None, watch: Connectors | None) -> float:
    """Return the seconds between two comparisons, which rest in proportion; 0 where none runs, or it is unknown."""
    every = watch.reconcile_every_seconds if watch else None
    if every is None and said:  # the watch is of an older version
        every = said.every_seconds
    return max(every, 10 * (said.duration_seconds or 0) if said else 0) if every else 0


def _due(said: Reconcile | None, every: float, started: datetime | None) -> datetime | None:
    """Return when the next comparison is due: as is said, by the last one, or from the watch's start on."""
    if said is None:
        return started
    if said.next_at:
        return said.next_at
    with suppress(ValueError):
        return datetime.fromisoformat(said.updated_at) + ROUNDS * timedelta(seconds=every) - SLACK
    return None


def _age(moment: datetime, now: datetime) -> float:
    return (now - moment).total_seconds()


class _Quiet(WSGIRequestHandler):
    timeout = 5  # seconds in which a request has to come

    def handle(self) -> None:
        """Answer; who connects and says nothing, or leaves, is nothing to speak of."""
        with suppress(TimeoutError, ConnectionError):
            super().handle()

    def log_message(self, *_: Any) -> None:
        """Log no request."""


def application(pulse: PulseOf, others: OthersOf) -> Callable[..., Iterable[bytes]]:
    """Return the WSGI application."""
    registry = CollectorRegistry()
    registry.register(WorkerCollector(pulse, others))
    metrics = make_wsgi_app(registry)

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            body: Iterable[bytes] = metrics(environ, start_response)
            return body
        status, text = _health(path, pulse())
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [f"{text}\n".encode()]

    return answer


def _health(path: str, pulse: Pulse | None) -> tuple[str, str]:
    """Return the status and the text of an answer to ``/live`` or ``/ready``."""
    if path not in {"/live", "/ready"}:
        return "404 Not Found", "there are /metrics, /live and /ready"
    wrong = complaint(pulse, time.monotonic())
    if wrong is None and path == "/ready" and (pulse is None or pulse.recovering):
        wrong = "it starts, or is in a rebalance"
    return ("503 Service Unavailable", wrong) if wrong else ("200 OK", "ok")


def serve(pulse: PulseOf, others: OthersOf, host: str, port: int) -> str:
    """Answer on an address, or on another port where that one is taken, as by a second worker on this machine.

    Returns:
        The URL.

    Raises:
        OSError: There is no such address here.
    """
    answer = application(pulse, others)

    def listen(port: int) -> WSGIServer:
        return make_server(host, port, answer, ThreadingWSGIServer, _Quiet)

    try:
        server = listen(port)
    except OSError:
        server = listen(0)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://{host}:{server.server_port}"
    logger.info("%s/metrics, /live, /ready", url, extra={"event": "monitor", "url": url})
    return url
