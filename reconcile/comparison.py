"""One comparison of all numbers with SQL, in the steps of ``docs/adr/0008-compared-while-the-shop-runs.md``."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, NamedTuple, TypeVar

from redis import Redis

import agents
from app.application import app
from app.documents import documents
from app.keys import DASHBOARD, owner_of
from app.totals import Totals
from cdc import Malformed, Path, change_of
from cdc.tallies import Measures
from cdc.totals import EVENTS, Contributions
from connectors.connect_api import Connect
from connectors.definitions import Definition, load
from connectors.errors import ConnectorsError
from connectors.observation import Snapshot as Stage
from connectors.observation import observe
from connectors.postgres import source_database
from connectors.topics import cluster
from databases.connection import DatabaseError
from freshness.frontier import Partition
from reconcile import log, mirrored, published, source, warehouse
from reconcile.correction import Correction, Counted, MeasuresOf
from reconcile.errors import NotComparable
from reconcile.numbers import Difference, differences, numbers_of
from reconcile.outcome import NOTHING_LOADED, WAREHOUSE, Outcome
from settings import SOURCES, Database

T = TypeVar("T")

MOST_BEHIND = 500_000
"""Records of a database's partitions, in sum, that may wait to be counted. To read more takes longer than to wait."""

CONNECT_PATIENCE_S = 10.0
"""For an answer of Connect."""


class View(NamedTuple):
    """A reader of the topics whose numbers are compared.

    Attributes:
        who: Names it in a reason.
        counted: How far it has counted each partition.
        measures_of: By topic, what a record does to its measures.
    """

    who: str
    counted: Mapping[Partition, Counted]
    measures_of: Callable[[str], MeasuresOf]

    @property
    def is_warehouse(self) -> bool:
        """Whether it is the warehouse."""
        return self.who == WAREHOUSE

    def at(self, partition: Partition) -> Counted:
        """Return how far a partition is counted."""
        return self.counted.get(partition, Counted())


Corrections = Mapping[Partition, Correction]


class Comparison:
    """One run over some databases."""

    def __init__(self, databases: Collection[Database], redis: Redis, patience: float) -> None:
        """Take what to compare, and the seconds for which to wait for the markers."""
        self._redis = redis
        self._patience = patience
        self._asked = databases
        self._connectors = by_database(databases)
        self._reasons: dict[Database, str] = {}
        self.waited_seconds = 0.0
        """For how long it waited for the markers, which costs no one anything."""

    def run(self) -> list[Outcome]:
        """Compare.

        Raises:
            RedisError: where Redis cannot be asked.
        """
        outcomes: dict[Database, Outcome] = {}
        try:
            outcomes = self._run()
        except NotComparable as error:
            self._reasons |= dict.fromkeys(self._asked, str(error))
        return [outcomes.get(each) or Outcome(each, reason=self._reasons[each]) for each in self._asked]

    def _run(self) -> dict[Database, Outcome]:
        discover()
        try:
            self._owner = owner_of(cluster(self._patience), app.conf.id)
            self._partitions = self._partitions_by_database()
        except ConnectorsError as error:
            raise NotComparable(str(error)) from error
        ready = for_each(self._connectors, self._check_heartbeats, self._reasons)
        beats = log.ends([connector.heartbeat_topic for database in ready for connector in self._connectors[database]])
        first = for_each(ready, source.mark, self._reasons)
        self._mirrored = mirrored.read(self._redis, [one for some in self._partitions.values() for one in some])
        loaded = for_each(set(self._asked) & {Database.DWH}, lambda _: warehouse.read(), self._reasons)
        self._seen = for_each(first, source.look, self._reasons)
        second = for_each(self._seen, source.mark, self._reasons)
        asked = time.monotonic()
        self._windows = log.windows(self._markers(beats, first, second), self._patience)
        self.waited_seconds = time.monotonic() - asked
        settled = for_each(second, self._check, self._reasons)
        return self._compare(settled, loaded.get(Database.DWH))

    def _markers(
        self, ends: Mapping[str, int], first: Mapping[Database, int], second: Mapping[Database, int]
    ) -> dict[str, log.Markers]:
        return {
            connector.heartbeat_topic: log.Markers(ends[connector.heartbeat_topic], first[database], second[database])
            for database in second
            for connector in self._connectors[database]
        }

    def _partitions_by_database(self) -> dict[Database, list[Partition]]:
        """Return the partitions of the topics that are counted, and of the heartbeats, as far as they exist."""
        topics = {topic: database for database in self._connectors for topic in self._topics(database)}
        beats = {each.heartbeat_topic for connectors in self._connectors.values() for each in connectors}
        partitions: dict[Database, list[Partition]] = {database: [] for database in self._connectors}
        existing = log.partitions_of(topics.keys() | beats, self._patience)
        for partition in existing:
            if partition[0] in topics:
                partitions[topics[partition[0]]].append(partition)
        self._beating = {topic for topic, _ in existing} & beats
        return partitions

    def _check_heartbeats(self, database: Database) -> None:
        for connector in self._connectors[database]:
            if connector.heartbeat_topic not in self._beating:
                topic = connector.heartbeat_topic
                raise NotComparable(f"Kafka has no topic {topic} yet: python -m connectors makes it")

    def _topics(self, database: Database) -> list[str]:
        topics = [topic for connector in self._connectors[database] for topic in connector.topics]
        return [topic for topic in topics if topic in Totals.by_topic]

    def _check(self, database: Database) -> None:
        """See that the markers have come, and that no committed transaction may still be invisible.

        Raises:
            NotComparable: where it is not so.
        """
        for connector in self._connectors[database]:
            window = self._windows.get(connector.heartbeat_topic)
            if window is None:
                raise NotComparable(self._why_no_marker(connector, database))
            if not window.has_first:
                raise self._new_snapshot(database)
            check_standbys(self._seen[database], window)

    def _why_no_marker(self, definition: Definition, database: Database) -> str:
        try:
            with source_database(definition, 0) as owner:
                observed = observe(definition, Connect(0, CONNECT_PATIENCE_S), owner)
        except ConnectorsError as error:
            return " ".join(str(error).split())
        if observed.fault:
            return observed.fault
        if observed.snapshot is not Stage.FINISHED:
            return str(self._new_snapshot(database))
        return f"{definition.name} has not brought the marker to Kafka within {self._patience:.0f} s: it is behind"

    def _new_snapshot(self, database: Database, replaced: Collection[Partition] = ()) -> NotComparable:
        """Return the reason, with the share of the rows that are counted: none of a partition that begins anew."""
        truth = self._seen[database].truth
        counts = [path for path in truth if path[0] != DASHBOARD and path[1:] == ("count",)]
        counted = sum(
            self._mirrored.partials[partition].get(path, 0)
            for partition in self._partitions[database]
            if partition not in replaced
            for path in counts
        )
        share = counted / float(sum(truth[path] for path in counts) or 1)
        return NotComparable(f"new snapshot {min(99, int(100 * share))} %")

    def _compare(self, databases: Collection[Database], loaded: warehouse.Loaded | None) -> dict[Database, Outcome]:
        extents = log.extents(
            {partition: self._since_ms(database) for database in databases for partition in self._partitions[database]}
        )
        worker, warehouse_reasons = View("the worker", self._mirrored.counted, measures_of), dict[Database, str]()
        by_worker = for_each(databases, lambda each: self._corrections(worker, each, extents), self._reasons)
        by_warehouse: dict[Database, Corrections] = {}
        if loaded and loaded.counted:
            reader = View(WAREHOUSE, loaded.counted, measures_of_the_warehouse)
            by_warehouse = for_each(databases, lambda each: self._corrections(reader, each, extents), warehouse_reasons)
        self._read(extents, [*by_worker.values(), *by_warehouse.values()])
        outcomes = for_each(by_worker, lambda database: self._of_mirror(database, by_worker[database]), self._reasons)
        if loaded:
            outcomes[Database.DWH] = self._of_warehouse(loaded, by_warehouse, warehouse_reasons)
        return outcomes

    def _since_ms(self, database: Database) -> int:
        return min(self._windows[connector.heartbeat_topic].since_ms for connector in self._connectors[database])

    def _corrections(self, view: View, database: Database, extents: Mapping[Partition, log.Extent]) -> Corrections:
        partitions = self._partitions[database]
        check_readable(view, {partition: extents[partition] for partition in partitions})
        return {
            partition: Correction(
                view.at(partition),
                extents[partition].window,
                self._seen[database].snapshot,
                view.measures_of(partition[0]),
            )
            for partition in partitions
        }

    def _read(self, extents: Mapping[Partition, log.Extent], corrections: Iterable[Corrections]) -> None:
        """Hand each partition's records to the corrections that want them."""
        wanted: defaultdict[Partition, list[Correction]] = defaultdict(list)
        for some in corrections:
            for partition, correction in some.items():
                wanted[partition].append(correction)
        starts = {
            partition: max(extents[partition].begin, min(correction.begin for correction in some))
            for partition, some in wanted.items()
        }
        ends = {partition: extents[partition].end for partition in wanted}
        self._unread = log.take(starts, ends, wanted, self._patience)

    def _check_read(self, corrections: Corrections) -> None:
        if self._unread & corrections.keys():
            raise NotComparable("a transaction in Kafka has not ended, and keeps what follows it from being read")

    def _of_mirror(self, database: Database, corrections: Corrections) -> Outcome:
        """Compare what Redis shows, corrected."""
        check_owner(self._mirrored.owner, self._owner)
        self._check_read(corrections)
        if is_replaced(corrections):
            raise self._new_snapshot(database, {each for each, one in corrections.items() if one.is_replaced})
        seen, totals = self._seen[database], self._mirrored.totals
        truth = {path: number for path, number in seen.truth.items() if path[0] != warehouse.ORDERS}
        of_database = {path for each in corrections for path in self._mirrored.partials[each]}
        names = {path[0] for path in truth.keys() | of_database} - {EVENTS}
        sums = by_document(totals, *(correction.amounts for correction in corrections.values()))
        made = documents(names - {DASHBOARD}, sums, seen.now)
        shown = numbers_of({name: made[name] for name in names})
        expected = self._mirrored.expected()
        paths = of_database | {path for path in totals if path[0] in names}
        apart = [
            Difference(("mirror:totals", *path), Decimal(totals.get(path, 0)), Decimal(expected.get(path, 0)))
            for path in sorted(paths)
            if totals.get(path, 0) != expected.get(path, 0)
        ]
        seen_by_people = {name: each for name, each in self._mirrored.published.items() if name in names}
        apart += published.differing(seen_by_people, by_document(totals), seen.now)
        waiting = sum(correction.waiting for correction in corrections.values())
        return Outcome(database, len(shown.keys() | truth.keys()), (*differences(shown, truth), *apart), None, waiting)

    def _of_warehouse(
        self, loaded: warehouse.Loaded, by_database: Mapping[Database, Corrections], reasons: dict[Database, str]
    ) -> Outcome:
        """Compare what the warehouse has loaded, corrected, and its facts with its staged rows."""
        if not loaded.counted:
            return Outcome(Database.DWH, reason=NOTHING_LOADED)
        numbers, found = loaded.numbers_of_facts, list(loaded.differences)
        compared = for_each(by_database, lambda each: self._of_staging(loaded, each, by_database[each]), reasons)
        for count, some in compared.values():
            numbers, found = numbers + count, found + some
        missing = {database: self._reasons.get(database) for database in self._connectors if database not in compared}
        reason = "; ".join(f"{database}: {reasons.get(database) or why}" for database, why in missing.items())
        return Outcome(Database.DWH, numbers, tuple(found), reason or None)

    def _of_staging(
        self, loaded: warehouse.Loaded, database: Database, corrections: Corrections
    ) -> tuple[int, list[Difference]]:
        self._check_read(corrections)
        if is_replaced(corrections):
            raise NotComparable("a new snapshot is not loaded yet")
        if database not in loaded.numbers:
            raise NotComparable("it has a table or a column that the warehouse does not have")
        amounts = [correction.amounts for correction in corrections.values()]
        return warehouse.differences(loaded.numbers[database], amounts, self._seen[database].truth)


def discover() -> None:
    """Import all agents: each tells what the rows of its topic contribute."""
    for module in iter_modules(agents.__path__, "agents."):
        import_module(module.name)


def for_each(
    over: Iterable[Database], step: Callable[[Database], T], reasons: dict[Database, str]
) -> dict[Database, T]:
    """Do a step for each database, and note the reason where it cannot be done."""
    done = {}
    for database in over:
        try:
            done[database] = step(database)
        except (NotComparable, DatabaseError) as error:
            reasons[database] = str(error)
    return done


def by_database(databases: Collection[Database]) -> dict[Database, list[Definition]]:
    """Return the connectors of each of these databases of the shop; of all, where the warehouse is one of them."""
    wanted = SOURCES if Database.DWH in databases else databases
    connectors: defaultdict[Database, list[Definition]] = defaultdict(list)
    for definition in load():
        if definition.database in wanted:
            connectors[definition.database].append(definition)
    return connectors


def is_replaced(corrections: Corrections) -> bool:
    """Tell whether a new Debezium snapshot is about to replace what is counted."""
    return any(correction.is_replaced or correction.unread for correction in corrections.values())


def by_document(*measures: Measures) -> dict[str, dict[Path, int]]:
    """Add measures up, and part them by their documents."""
    sums: defaultdict[str, dict[Path, int]] = defaultdict(dict)
    for some in measures:
        for (name, *path), amount in some.items():
            document = sums[name]
            document[tuple(path)] = document.get(tuple(path), 0) + amount
    return sums


def check_owner(owner: str | None, ours: str) -> None:
    """See that Redis was written by workers of this version, which read this Kafka.

    Raises:
        NotComparable: where it was not, as between the start of a new version's watch and that of its workers.
    """
    if owner is None:
        raise NotComparable("no worker has written to this Redis yet")
    if owner != ours:
        raise NotComparable(
            "Redis holds the numbers of another version, or of another Kafka: no worker of this one runs"
        )


def check_standbys(seen: source.Seen, window: log.Window) -> None:
    """See that no transaction that was committed before the window may still be invisible.

    Without synchronous standbys a commit is visible within moments of being decoded. With them it may wait for as long
    as a standby is away. Whether one waits cannot be seen: so each that has been open for as long is taken for one.

    Raises:
        NotComparable: where there is one.
    """
    if not seen.may_wait_for_standby:
        return
    oldest = seen.snapshot.widened(window.oldest_tx_id)
    if older := [tx_id for tx_id in seen.snapshot.open if tx_id < oldest]:
        suspect = f"transaction {min(older)}, open for more than a minute"
        raise NotComparable(f"{suspect}, may wait for a synchronous standby")


def check_readable(view: View, extents: Mapping[Partition, log.Extent]) -> None:
    """See that Kafka holds all that is needed of some partitions, and that it is not too much.

    Raises:
        NotComparable: where it is not so.
    """
    counted = {partition: view.at(partition) for partition in extents}
    for (topic, number), extent in extents.items():
        position = counted[topic, number].offset
        if position >= extent.end:
            raise NotComparable(f"{view.who} has counted more of {topic} than Kafka holds: was the topic made anew?")
        if 0 <= position < extent.begin - 1:
            raise NotComparable(f"Kafka no longer holds all of {topic} that {view.who} has not counted")
    if view.is_warehouse:
        check_loaded(counted, extents)
    behind = sum(extent.end - max(extent.begin, counted[each].offset + 1) for each, extent in extents.items())
    if behind > MOST_BEHIND:
        raise NotComparable(f"{view.who} is {behind:,} records behind")


def check_loaded(counted: Mapping[Partition, Counted], extents: Mapping[Partition, log.Extent]) -> None:
    """See that the warehouse has loaded something of each topic that has records.

    Raises:
        NotComparable: where it has not.
    """
    started = {topic for (topic, _), one in counted.items() if one.offset >= 0}
    for (topic, _), extent in extents.items():
        if topic not in started and extent.end > extent.begin:
            raise NotComparable(f"the warehouse has loaded nothing of {topic} yet")


def measures_of(topic: str) -> MeasuresOf:
    """Return what decodes a topic's records as its agent does."""
    return _measures_by(topic, Totals.by_topic[topic].contributions)


def measures_of_the_warehouse(topic: str) -> MeasuresOf:
    """Return the same with the measures that only the warehouse is compared by."""
    contributions = Totals.by_topic[topic].contributions
    if topic != "transaction":
        return _measures_by(topic, contributions)
    return _measures_by(topic, lambda row: contributions(row) | warehouse.orders(row))


def _measures_by(topic: str, contributions: Contributions[Any]) -> MeasuresOf:
    decode = Totals.by_topic[topic].decode

    def measures(offset: int, value: bytes) -> Measures:
        try:
            return change_of(topic, offset, decode(value), contributions).difference
        except (Malformed, OverflowError):  # a dead letter: it contributes nothing
            return {}

    return measures
