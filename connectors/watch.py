"""``python -m connectors watch``: look after the connectors, and say in Redis how they are.

Connect leaves a task that failed as it is until someone restarts it. Most failures pass, such as a database that was
restarted; so here each is tried again, ever more rarely while it does not help.
"""

import logging
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version

import msgspec
from redis import Redis, RedisError

from connectors.beats import Beats
from connectors.connect_api import Connect
from connectors.definitions import Definition, load
from connectors.errors import ConnectorsError
from connectors.lifecycle import in_hand
from connectors.observation import Observation, Snapshot, observe
from connectors.postgres import Slot, source_database
from reconcile import every
from settings import settings

logger = logging.getLogger(__name__)

KEY = "status:connectors"
PAUSE = 5.0
"""Seconds between two looks."""
PATIENCE = 10.0
"""Seconds for which a look waits for an answer, and a restart for a service."""
FIRST_DELAY, LONGEST_DELAY = 5.0, 300.0
"""Seconds from a restart that did not help to the next."""


class Report(msgspec.Struct):
    """What ``status:connectors`` says of a connector.

    Attributes:
        name: Its name.
        state: As Connect says; ABSENT where it knows no such connector, UNKNOWN where it does not answer.
        tasks: The states of its tasks.
        problem: Why it does not carry changes to Kafka, or soon cannot, in one line; null where all is well.
        slot_lag_bytes: WAL that PostgreSQL keeps for it; null where it has no slot.
        slot_endangered: Whether PostgreSQL, by its own limit, gives that WAL up soon.
        restarts: How often it was restarted since the watch began.
        in_snapshot: Whether it takes a snapshot, and so writes no heartbeats.
        heartbeat_at: When the newest of its heartbeats that are in Kafka was committed; null where there is none,
            or Kafka does not answer.
        heartbeat_moved_at: When the watch last saw a newer one than before. One that works off a backlog has old
            heartbeats, and yet newer ones all the time.
    """

    name: str
    state: str
    tasks: tuple[str, ...]
    problem: str | None
    slot_lag_bytes: int | None
    slot_endangered: bool
    restarts: int
    in_snapshot: bool = False
    heartbeat_at: datetime | None = None
    heartbeat_moved_at: datetime | None = None


@dataclass
class Backoff:
    """When to restart what failed: at once, then ever more rarely, until it has run for as long as the last delay."""

    restarts: int = 0
    _delay: float = FIRST_DELAY
    _next: float = field(default=0.0, repr=False)

    def is_due(self, now: float) -> bool:
        """Tell whether to restart a connector that is found failed `now`, and count on that being done."""
        if now < self._next:
            return False
        if now >= self._next + self._delay:  # it has run since the last failure
            self._delay = FIRST_DELAY
        self._next = now + self._delay
        self._delay = min(2 * self._delay, LONGEST_DELAY)
        self.restarts += 1
        return True


def watch(beats: Beats | None = None, *, once: bool = False) -> None:
    """Look after all connectors until the process ends, and log each restart, and each trouble that is new.

    All that while the numbers are compared with SQL, in a thread (`reconcile.every`).

    Args:
        beats: what Kafka says of them; without it nothing of that is known.
        once: look only once.
    """
    if not once:
        every.start()
    redis = Redis.from_url(settings().redis_url, socket_timeout=5, socket_connect_timeout=5)
    connect, definitions = Connect(0, PATIENCE), load()  # what is only late is looked at again soon
    backoffs = {definition.name: Backoff() for definition in definitions}
    known: dict[str, str | None] = {}
    started = datetime.now(UTC)
    while True:
        reports = [look(definition, connect, backoffs[definition.name]) for definition in definitions]
        for report, definition in zip(reports, definitions, strict=True):
            if newest := beats.newest(definition) if beats else None:
                report.heartbeat_at, report.heartbeat_moved_at = newest
        for report in reports:
            if report.problem and report.problem != known.get(report.name):
                logger.warning("%s", report.problem, extra={"event": "trouble", "connector": report.name})
            known[report.name] = report.problem
        with suppress(RedisError):  # who looks at Redis sees that nobody reports
            redis.set(KEY, document(reports, beats.unseen if beats else None, started))
        if once:
            return
        time.sleep(PAUSE)


def look(definition: Definition, connect: Connect, backoff: Backoff) -> Report:
    """Look at a connector, and restart it where it failed and the next try is due."""
    slot = None
    try:
        with source_database(definition, 0) as database:
            slot = database.slot()  # grows while Connect is away, which would be asked first
            seen = observe(definition, connect, database)
        if seen.failed and backoff.is_due(time.monotonic()):
            fields = {"event": "restart", "connector": seen.name, "restarts": backoff.restarts}
            logger.warning("%s: restarting it", seen.problem, extra=fields)
            patient = Connect(PATIENCE, PATIENCE)
            with in_hand(definition, patient, PATIENCE, partial(_log, definition.name)) as connector:
                connector.restart()
    except ConnectorsError as error:
        return _report(definition.name, "UNKNOWN", (), " ".join(str(error).split()), slot, backoff.restarts)
    report = _report(seen.name, seen.state, seen.tasks, seen.problem, seen.slot, backoff.restarts)
    report.in_snapshot = _takes_a_snapshot(seen)
    return report


def _takes_a_snapshot(seen: Observation) -> bool:
    return seen.running and seen.snapshot is not Snapshot.FINISHED


def _log(connector: str, doing: str) -> None:
    logger.info("%s %s", connector, doing, extra={"connector": connector})


def _report(
    name: str, state: str, tasks: tuple[str, ...], problem: str | None, slot: Slot | None, restarts: int
) -> Report:
    kept, endangered = (slot.kept_bytes, slot.endangered) if slot else (None, False)
    return Report(name, state, tasks, problem, kept, endangered, restarts)


def document(reports: list[Report], unseen: int | None, started: datetime) -> bytes:
    """Return the document.

    Args:
        reports: how each connector is.
        unseen: dead letters that nobody has seen; None where Kafka has not said.
        started: when the watch began, and with it the comparisons.
    """
    return msgspec.json.encode(
        {
            "updated_at": datetime.now(UTC),
            "started_at": started,
            "reconcile_every_seconds": settings().reconcile_every,
            "version": version("instashop-live"),
            "connectors": reports,
            "dead_letters_unseen": unseen,
        }
    )
