"""The faults that can be told from the documents: where, how bad, what to do, and which section explains them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How bad a fault is: numbers that are missing or wrong are critical, the rest is a warning."""

    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Fault:
    """A kind of fault.

    Attributes:
        part: The part of the pipeline that has it, for an operator.
        severity: How bad it is.
        runbook: The anchor of its section in ``docs/operations.md``.
        remedy: The key of the text that says what to do.
        on_live: Whether the numbers on the page *Live* are old or wrong because of it.
    """

    part: str
    severity: Severity
    runbook: str
    remedy: str
    on_live: bool = True


@dataclass(frozen=True)
class Verdict:
    """A fault that was found.

    Attributes:
        fault: Which one.
        cause: The key of the text that says what was seen.
        values: What the texts of cause and remedy take: texts, counts, times, spans, and lists of these; a pair in a
            list is a name with something about it, and None means never.
    """

    fault: Fault
    cause: str
    values: Mapping[str, Any] = field(default_factory=dict)


REDIS_AWAY = Fault("redis", Severity.CRITICAL, "redis-is-away-or-empty", "do_redis")
REDIS_UNWRITTEN = Fault("redis", Severity.CRITICAL, "redis-refuses-to-be-written", "do_unwritten")
REDIS_REFUSES = Fault("mirror", Severity.CRITICAL, "redis-refuses-to-be-written", "do_refuses")
WATCH_SILENT = Fault("watch", Severity.WARNING, "nobody-looks-after-the-connectors", "do_watch", on_live=False)
CONNECTOR_FAILED = Fault("connectors", Severity.CRITICAL, "a-connector-failed", "do_connectors")
CONNECTOR_STILL = Fault("connectors", Severity.CRITICAL, "a-connector-stands-still", "do_connector_still")
CONNECTOR_BEHIND = Fault("connectors", Severity.WARNING, "a-connector-is-behind", "do_connector_behind")
WORKER_MISSING = Fault("worker", Severity.CRITICAL, "the-worker-ended", "do_faust", on_live=False)
WORKER_SILENT = Fault("worker", Severity.CRITICAL, "the-worker-ended", "do_faust")
WORKER_CRASHES = Fault("worker", Severity.CRITICAL, "the-worker-crashes-again-and-again", "do_crashes")
MIRROR_OLD = Fault("mirror", Severity.CRITICAL, "the-mirror-does-not-publish", "do_mirror")
LAG = Fault("lag", Severity.WARNING, "the-worker-is-behind", "do_lag", on_live=False)
TOPIC_STILL = Fault("topics", Severity.WARNING, "a-topic-stands-still", "do_topics")
SPARK_MISSING = Fault("spark", Severity.CRITICAL, "spark-ended", "do_spark", on_live=False)
SPARK_SILENT = Fault("spark", Severity.CRITICAL, "spark-ended", "do_spark")
WINDOWS_OLD = Fault("windows", Severity.WARNING, "spark-runs-and-loads-nothing", "do_windows")
LATE = Fault("late events", Severity.WARNING, "changes-came-later-than-the-watermark", "do_late", on_live=False)
WAREHOUSE_OLD = Fault("warehouse", Severity.WARNING, "the-warehouse-lags", "do_warehouse", on_live=False)
RECONCILE_OLD = Fault("reconcile", Severity.WARNING, "the-comparison-does-not-run", "do_reconcile_old", on_live=False)
NOT_COMPARED = Fault("reconcile", Severity.WARNING, "the-comparison-does-not-run", "do_not_compared", on_live=False)
DIFFERENCES = Fault("reconcile", Severity.CRITICAL, "a-number-differs-from-sql", "do_reconcile")
DEAD_LETTERS = Fault(
    "dead letters", Severity.WARNING, "records-could-not-be-understood", "do_dead_letters", on_live=False
)

FAULTS = tuple(fault for fault in list(globals().values()) if isinstance(fault, Fault))
"""All of them."""
