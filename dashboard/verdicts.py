"""What is wrong, judged from the documents in Redis alone: for the page, for the terminal, and for the doctor. Pure.

Each rule looks at one part, and says which faults it has, or None where nobody says how it is. A field that is missing,
as in what an older version wrote, is not known.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.definitions import connector_of
from dashboard import faults
from dashboard.faults import Verdict
from dashboard.states import State, age, moment, state

Document = Mapping[str, Any]
Found = list[Verdict] | None

BEHIND = 5_000
"""Changes that may wait before a worker counts as behind: a few seconds of its work."""
CONNECTOR_STILL = timedelta(seconds=20)
"""A connector writes a heartbeat every second, and the watch looks every 5 s."""
MIRROR_OLD = timedelta(seconds=15)
"""A worker publishes every second; while it counts much, it rests up to a few seconds."""
OLD = timedelta(seconds=30)
"""How old a number may be: the slowest, the warehouse's, is loaded every 10 s."""
START = timedelta(seconds=60)
"""How long a worker, or a query of Spark, may take from its start until its numbers have an age."""
CRASHES = 3
CRASHES_LATELY = timedelta(minutes=5)
"""What counts as lately; see ``status:starts``."""
COMPARED = timedelta(minutes=10)
"""How long all databases together may not be comparable, as while a snapshot is taken."""
RUNS_LATE = timedelta(seconds=30)
"""How much longer than twice its pause a comparison may take that does not say when the next one is due."""
OVERDUE = timedelta(seconds=60)
"""How late the next comparison may be: for so long it waits for its markers, and for SQL."""
EXAMPLES = 3
"""Differences that are named."""
WAREHOUSE = "warehouse"
"""The query of Spark that loads it."""


@dataclass(frozen=True)
class Seen:
    """What the rules look at.

    Attributes:
        documents: What Redis holds, by key.
        now: The time, UTC.
        connector_of: The connector that feeds each topic.
    """

    documents: Mapping[str, Document]
    now: datetime
    connector_of: Mapping[str, str]

    def status(self, part: str) -> Document | None:
        """Return what a part last said, however old."""
        return self.documents.get(f"status:{part}")

    def told(self, part: str) -> Document | None:
        """Return what a part says now; None where it is silent."""
        document = self.status(part)
        return document if state(document, self.now) is State.FRESH else None

    def behind(self, counted: datetime | None, started: datetime | None, connectors: Iterable[str]) -> bool:
        """Tell whether numbers are old for another reason than that their connectors are late.

        Args:
            counted: up to when they are counted; None where that is not known, which is no fault shortly after a start.
            started: when what counts them was started.
            connectors: those whose changes they are made of.
        """
        if counted is None:
            return started is not None and self.now - started > START
        late = held_up(self.told("connectors"))
        heard = min((late[name] for name in connectors if name in late), default=self.now)
        return heard - counted > OLD


def held_up(connectors: Document | None) -> dict[str, datetime]:
    """Return the connectors whose newest heartbeat in Kafka was old when the watch looked, each with its time.

    One that takes a snapshot writes none meanwhile.
    """
    return _late(connectors, ("heartbeat_at",))


def standing_still(connectors: Document | None) -> dict[str, datetime]:
    """Return those of them that bring nothing newer either. The others work off what their database has for them."""
    return _late(connectors, ("heartbeat_at", "heartbeat_moved_at"))


def _late(connectors: Document | None, fields: Sequence[str]) -> dict[str, datetime]:
    """Return the connectors that were late by all of some times that are known, each with its newest heartbeat's."""
    looked, late = moment((connectors or {}).get("updated_at")), {}
    for each in (connectors or {}).get("connectors", []):
        beat, times = moment(each.get("heartbeat_at")), filter(None, (moment(each.get(field)) for field in fields))
        if looked and beat and not each.get("in_snapshot") and looked - max(times) > CONNECTOR_STILL:
            late[each["name"]] = beat
    return late


def redis(seen: Seen) -> Found:
    """Judge whether Redis is written: who only reads it learns of a refusal by the silence of all."""
    ages = [old for part in ("connectors", "faust", "spark") if (old := age(seen.status(part), seen.now)) is not None]
    if len(ages) > 1 and min(ages) > OLD:
        return [Verdict(faults.REDIS_UNWRITTEN, "why_unwritten", {"span": min(ages)})]
    return []


def watch(seen: Seen) -> Found:
    """Judge who looks after the connectors."""
    silent = age(seen.status("connectors"), seen.now)
    if silent is None:
        return [Verdict(faults.WATCH_SILENT, "why_watch_missing")]
    return [] if seen.told("connectors") else [Verdict(faults.WATCH_SILENT, "why_watch", {"span": silent})]


def connectors(seen: Seen) -> Found:
    """Judge the connectors: those that have failed, stand still though nothing is said of a failure, or are behind."""
    document = seen.told("connectors")
    if document is None:
        return None
    late, still = held_up(document), standing_still(document)
    found = []
    for each in document.get("connectors", []):
        name = each["name"]
        if each.get("problem"):
            found.append(Verdict(faults.CONNECTOR_FAILED, "why_connector_failed", {"problem": each["problem"]}))
        elif name in late:
            values = {"name": name, "since": late[name], "span": seen.now - late[name]}
            if name in still:
                found.append(Verdict(faults.CONNECTOR_STILL, "why_connector_still", values))
            else:
                found.append(Verdict(faults.CONNECTOR_BEHIND, "why_connector_behind", values))
    return found


def worker(seen: Seen) -> Found:
    """Judge whether a worker runs, and whether it ends again and again."""
    starts = seen.status("starts")
    old = age(starts, seen.now)
    if starts and old is not None and old <= CRASHES_LATELY and starts.get("crashes", 0) >= CRASHES:
        values = {"count": starts["crashes"], "since": moment(starts.get("since"))}
        return [Verdict(faults.WORKER_CRASHES, "why_crashes", values)]
    silent = age(seen.status("faust"), seen.now)
    if silent is None:
        return [Verdict(faults.WORKER_MISSING, "why_worker_missing")]
    return [] if seen.told("faust") else [Verdict(faults.WORKER_SILENT, "faust_silent", {"span": silent})]


def mirror(seen: Seen) -> Found:
    """Judge whether each worker writes to Redis."""
    workers = [each for each in (seen.told("faust") or {}).get("workers", []) if each.get("mirror")]
    if not workers:
        return None
    for each in workers:
        if each["mirror"].get("refused"):
            since = moment(each["mirror"].get("refused_since"))
            values = {"error": each["mirror"]["refused"], "since": since}
            return [Verdict(faults.REDIS_REFUSES, "why_refused", values)]
    return [
        Verdict(faults.MIRROR_OLD, "why_mirror", {"worker": each.get("monitor") or "", "span": old})
        for each in workers
        if (old := _unpublished(each, seen.now))
    ]


def _unpublished(worker: Document, now: datetime) -> timedelta | None:
    """Return for how long a worker has published nothing, where that is too long."""
    published, started = moment(worker["mirror"].get("published_at")), moment(worker.get("started_at"))
    if published is None:
        return now - started if started and now - started > START else None
    return now - published if now - published > MIRROR_OLD else None


def lag(seen: Seen) -> Found:
    """Judge how much waits to be counted."""
    faust = seen.told("faust")
    if faust is None:
        return None
    waiting = faust.get("lag_total", 0)
    return [Verdict(faults.LAG, "why_lag", {"count": waiting})] if waiting > BEHIND else []


def topics(seen: Seen) -> Found:
    """Judge up to when each topic is counted."""
    faust = seen.told("faust")
    if faust is None or "as_of" not in faust:
        return None
    started = max(
        (start for each in faust.get("workers", []) if (start := moment(each.get("started_at")))), default=None
    )
    counted = {topic: moment(text) for topic, text in sorted(faust["as_of"].items())}
    still = [
        (topic, seen.now - until if until else None)
        for topic, until in counted.items()
        if seen.behind(until, started, filter(None, [seen.connector_of.get(topic)]))
    ]
    return [Verdict(faults.TOPIC_STILL, "why_topics", {"topics": still})] if still else []


def spark(seen: Seen) -> Found:
    """Judge whether Spark runs."""
    silent = age(seen.status("spark"), seen.now)
    if silent is None:
        return [Verdict(faults.SPARK_MISSING, "why_spark_missing")]
    return [] if seen.told("spark") else [Verdict(faults.SPARK_SILENT, "spark_silent", {"span": silent})]


def windows(seen: Seen) -> Found:
    """Judge how old Spark's windows are."""
    return _queries(seen, lambda name: name != WAREHOUSE, faults.WINDOWS_OLD)


def warehouse(seen: Seen) -> Found:
    """Judge how old the warehouse is."""
    return _queries(seen, lambda name: name == WAREHOUSE, faults.WAREHOUSE_OLD)


def _queries(seen: Seen, is_one: Callable[[str], bool], fault: faults.Fault) -> Found:
    """Judge queries of Spark by their ages, each with what holds it up, if it says so."""
    said = seen.told("spark") or {}
    queries = {name: each for name, each in said.get("queries", {}).items() if is_one(name) and "as_of" in each}
    if not queries:
        return None
    started, sources = moment(said.get("started_at")), {*seen.connector_of.values()}
    return [
        _query(name, each, seen.now - (moment(each["as_of"]) or started or seen.now), seen.now, fault)
        for name, each in sorted(queries.items())
        if seen.behind(moment(each["as_of"]), started, sources)
    ]


def _query(name: str, said: Document, old: timedelta, now: datetime, fault: faults.Fault) -> Verdict:
    values, since = {"query": name, "span": old}, moment(said.get("batch_since"))
    if said.get("waiting"):
        return Verdict(fault, "why_query_waits", values | {"reason": said["waiting"]})
    if since and now - since > OLD:
        return Verdict(fault, "why_query_works", values | {"batch": now - since})
    return Verdict(fault, "why_query_still", values)


def late_events(seen: Seen) -> Found:
    """Judge whether Spark had to leave out changes."""
    document = seen.told("spark")
    if document is None:
        return None
    late = sum(query.get("late", 0) for query in document.get("queries", {}).values())
    return [Verdict(faults.LATE, "why_late", {"count": late})] if late else []


def reconcile(seen: Seen) -> Found:
    """Judge the last comparison with SQL: whether it ran, whether it could compare, and whether it found nothing."""
    document = seen.status("reconcile")
    if document is None:
        return _no_comparison(seen.told("connectors") or {}, seen.now)
    return [*_comparison(document, seen.now), *_differences(document)]


def _no_comparison(watch: Document, now: datetime) -> Found:
    """Judge a watch that should have compared by now, and of which no comparison is known."""
    every, started = watch.get("reconcile_every_seconds"), moment(watch.get("started_at"))
    if not every or not started:
        return None
    pause = timedelta(seconds=every)
    return [Verdict(faults.RECONCILE_OLD, "why_reconcile_never", {"every": pause})] if now - started > START else None


def _comparison(document: Document, now: datetime) -> list[Verdict]:
    every = document.get("every_seconds")
    if not every:  # it is not to run by itself, or an older version wrote this
        return []
    pause = timedelta(seconds=max(every, 10 * (document.get("duration_seconds") or 0)))  # it rests in proportion
    old, compared = age(document, now), moment(document.get("compared_at"))
    if old is not None and _is_late(old, pause, moment(document.get("next_at")), now):
        return [Verdict(faults.RECONCILE_OLD, "why_reconcile_old", {"span": old, "every": pause})]
    if compared is not None and now - compared <= COMPARED:
        return []
    reasons = not_compared(document)
    if compared is None:
        return [Verdict(faults.NOT_COMPARED, "why_never_compared", {"reasons": reasons})]
    return [Verdict(faults.NOT_COMPARED, "why_not_compared", {"span": now - compared, "reasons": reasons})]


def not_compared(document: Document) -> list[tuple[str, str]]:
    """Return the databases that could not be compared the last time, each with the reason."""
    return [(each["name"], each["reason"]) for each in document.get("databases", []) if each.get("reason")]


def _is_late(old: timedelta, pause: timedelta, due: datetime | None, now: datetime) -> bool:
    """Tell whether the next comparison should have ended; by the age of the last one, if it says not when it is due."""
    return now > due + OVERDUE if due else old > 2 * pause + RUNS_LATE


def _differences(document: Document) -> list[Verdict]:
    if not document.get("differences"):
        return []
    named = [each for database in document.get("databases", []) for each in database.get("differences", [])]
    values = {"differences": document["differences"], "numbers": document.get("numbers", 0)}
    if not named:
        return [Verdict(faults.DIFFERENCES, "why_differs", values)]
    return [Verdict(faults.DIFFERENCES, "why_differs_in", values | {"examples": examples(named)})]


def examples(differences: Sequence[Document]) -> list[str]:
    """Return the first differences, in words that need no translation."""
    return [
        f"{each['path']}: {each.get('shown') or '-'} ≠ {each.get('truth') or '-'} SQL"
        for each in differences[:EXAMPLES]
    ]


def dead_letters(seen: Seen) -> Found:
    """Judge whether there are records that could not be understood and that nobody has looked at."""
    return unseen((seen.told("connectors") or {}).get("dead_letters_unseen"))


def unseen(count: int | None) -> Found:
    """Judge a number of dead letters that nobody has looked at; None where it is not known."""
    if count is None:
        return None
    return [Verdict(faults.DEAD_LETTERS, "why_dead_letters", {"count": count})] if count else []


RULES: Mapping[str, Callable[[Seen], Found]] = {
    "redis": redis,
    "watch": watch,
    "connectors": connectors,
    "worker": worker,
    "mirror": mirror,
    "lag": lag,
    "topics": topics,
    "spark": spark,
    "windows": windows,
    "late events": late_events,
    "warehouse": warehouse,
    "reconcile": reconcile,
    "dead letters": dead_letters,
}
"""By the part that each is about, in the order of the data's way, so that a cause comes before what follows from it."""


def judge(documents: Mapping[str, Document], now: datetime) -> dict[str, Found]:
    """Return the verdicts on each part: none where all is well, None where nobody says how the part is."""
    seen = Seen(documents, now, connector_of())
    return {part: rule(seen) for part, rule in RULES.items()}


def verdicts(documents: Mapping[str, Document], now: datetime) -> list[Verdict]:
    """Return all verdicts, in the order of `RULES`."""
    return [verdict for found in judge(documents, now).values() for verdict in found or []]
