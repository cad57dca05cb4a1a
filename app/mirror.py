"""The mirror of the totals in Redis: derived, absolute, and rewritten whenever it is lost.

What changes is gathered, and while one write is under way the next one gathers: a slow Redis is written to more
rarely, never more slowly, and what is gathered is bounded by the number of partials.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path as File
from time import monotonic, thread_time
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError

from app.documents import EMPTY, OF_THE_DASHBOARD, TOPICS_OF, documents
from app.keys import AS_OF, DASHBOARD, METRICS, OWNER, PARTIALS, TOTALS, VERSION, field_of
from app.pulse import NEVER
from cdc import PartitionPartials, Path
from cdc.partials import POSITION
from cdc.row import iso_utc
from cdc.totals import EVENTS
from freshness.frontier import Partition, oldest
from redis_client import reason, refusal

logger = logging.getLogger(__name__)

SWAP = File(__file__).with_name("swap.lua").read_text()
ADOPT = File(__file__).with_name("adopt.lua").read_text()
PUBLISH = File(__file__).with_name("publish.lua").read_text()

HEARTBEAT = 1.0
"""Seconds after which all documents are published anew: the day turns, and a lost mirror is noticed.

All that this worker knows: those of its own measures, and those that readers may rely on.
"""

REST = 2.0
"""How long the mirror rests after a write, as a multiple of the processor time it took: the rest is for the agents.

Of the processor time, since a write that took long because it waited leaves the processor to others by itself. What
the agents counted meanwhile is part of it: where they have much to do, the mirror rests longer.
"""

GATHER = 0.003
"""Seconds that the mirror waits for more before a write.

Partitions that were fetched together are counted one after the other, and are to be written together: a write reads and
publishes whole documents, and of what Connect commits at once a part would have to wait for the next.
"""

AsOf = Callable[[str, int], int | None]
"""Returns the commit time in ms up to which a topic's partition is counted; None: not known."""


def age_of(partitions: Iterable[Partition], ages: Mapping[bytes, bytes]) -> int | None:
    """Return the commit time in ms up to which all of these partitions are counted; None where it is not known.

    Args:
        partitions: which ones.
        ages: what Redis has at `AS_OF`.
    """
    known = (ages.get(field_of(partition)) for partition in partitions)
    return oldest(int(age) if age else None for age in known)


@lru_cache(2**14)
def decoded(path: bytes) -> Path:
    """Return a path within a document, as Redis holds it: read again with each write, and mostly the same."""
    return tuple(msgspec.json.decode(path))


class MirrorState(msgspec.Struct):
    """What ``status:faust`` says of a worker's mirror.

    Attributes:
        published_at: When it last published documents; none: never.
        refused: Why Redis refuses what is written, though it answers; none: it does not.
        refused_since: Since when.
    """

    published_at: str | None = None
    refused: str | None = None
    refused_since: str | None = None

    def is_trouble(self, refused: str | None) -> None:
        """Note whether Redis refuses what is written, and why."""
        if refused is None or self.refused is None:
            self.refused_since = None if refused is None else iso_utc(datetime.now(UTC))
        self.refused = refused


class Mirror:
    """Writes the partials of this worker's partitions, and publishes the documents of all."""

    def __init__(self, redis: Redis, service: str, as_of: AsOf) -> None:
        self._redis = redis
        self._service = service
        self._as_of = as_of
        self._topics: dict[str, int] = {}
        self._partials: dict[Partition, PartitionPartials] = {}
        self._changed: dict[Partition, set[Path]] = {}
        self._whole: set[Partition] = set()
        self._accepted: dict[Partition, int] = {}
        """By partition, the position of the last write that Redis has accepted."""
        self._documents = set(EMPTY)
        self._unpublished = set(EMPTY)
        self._wake = asyncio.Event()
        self._trouble: str | None = None
        self.written_at = NEVER
        self.state = MirrorState()

    def counts(self, topic: str, partitions: int) -> None:
        """Note that a topic of so many partitions is counted: its documents are published once all are in Redis."""
        self._topics[topic] = partitions

    def changed(self, topic: str, partition: int, partials: PartitionPartials, paths: Iterable[Path]) -> None:
        """Note which partials of a partition have changed."""
        self._partials[topic, partition] = partials
        self._changed.setdefault((topic, partition), set()).update(paths)
        self._wake.set()

    def assigned(self, topic: str, partitions: Mapping[int, PartitionPartials]) -> None:
        """Take over these partitions of a topic whole, and let go of its others."""
        for lost in [known for known in self._partials if known[0] == topic]:
            del self._partials[lost]
            self._changed.pop(lost, None)
            self._whole.discard(lost)
            self._accepted.pop(lost, None)
        for partition, partials in partitions.items():
            self._partials[topic, partition] = partials
            self._whole.add((topic, partition))
        self._wake.set()

    async def run(self, owner: str) -> None:
        """Write for as long as the worker runs. Redis away: the agents go on, and this catches up.

        Args:
            owner: whose the mirror is from now on, see `app.keys.owner_of`.
        """
        clock = asyncio.get_running_loop().time
        adopted, checked = False, clock()
        while True:
            with suppress(TimeoutError):
                # Not wait_for: until Python 3.12 it forgets that it was cancelled if it is woken at that moment.
                async with asyncio.timeout(max(0, checked + HEARTBEAT - clock())):
                    await self._wake.wait()
                    await asyncio.sleep(GATHER)
            self._wake.clear()
            began, busy = clock(), thread_time()
            try:
                if not adopted:
                    await self._redis.eval(ADOPT, 0, owner)
                    adopted = True
                if began >= checked + HEARTBEAT:
                    await self._redis.set(OWNER, owner, nx=True)  # where the server was emptied
                    self._check_all()
                    checked = began
                await self.write()
                self.written_at = monotonic()
            except (RedisError, OSError) as error:
                self._say_trouble(error)
                await asyncio.sleep(HEARTBEAT)
            else:
                self._say_well()
                await asyncio.sleep(REST * (thread_time() - busy))

    def _check_all(self) -> None:
        """Write every partition, if only its position: this tells whether Redis still holds it. Publish everything."""
        self._unpublished |= self._documents
        for partition in self._partials:
            self._changed.setdefault(partition, set())

    async def write(self) -> None:
        """Write what has changed, then publish the documents that it changes.

        A document is published if every partition that it is made of has been written: the sum of some of them, as
        while workers start one after the other, is no total.
        """
        changed, self._changed = self._changed, {}
        whole, self._whole = self._whole, set()
        for partition in whole:
            changed[partition] = set(self._partials[partition].amounts)
        replaying = {partition for partition in changed if self._partials[partition].is_replaying}
        self._gather({partition: changed.pop(partition) for partition in replaying}, whole & replaying)
        written = {partition: self._partials[partition].position.offset for partition in changed}
        touched = {path[0] for paths in changed.values() for path in paths if path}
        self._documents |= touched
        self._unpublished |= touched
        names = self._unpublished.copy()
        read = names.union(OF_THE_DASHBOARD)
        try:
            async with self._redis.pipeline(transaction=True) as transaction:
                for partition, paths in changed.items():
                    self._swap(transaction, partition, paths, "whole" if partition in whole else "part")
                transaction.incr(VERSION)
                transaction.hgetall(AS_OF)
                for name in read:
                    transaction.hgetall(TOTALS + name)
                results = await transaction.execute()
        except BaseException:
            self._gather(changed, whole)
            raise
        swapped, (version, ages, *totals) = results[: len(changed)], results[len(changed) :]
        outcomes = dict(zip(changed, swapped, strict=True))
        self._accepted |= {partition: written[partition] for partition in changed if outcomes[partition] == b"swapped"}
        old = {partition for partition in changed if outcomes[partition] == b"old"}
        self._gather({partition: changed[partition] for partition in old}, set())
        if b"lost" in swapped:  # the server was emptied, or another worker wrote what it had lost
            self._gather({}, set(self._partials))
            self._wake.set()
            return  # what this write brought would be shown as all there is: the next one, at once, is whole
        await self._publish(version, names, dict(zip(read, totals, strict=True)), ages)
        self._unpublished -= names

    def _swap(self, transaction: Pipeline, partition: Partition, paths: set[Path], extent: str) -> None:
        partials = self._partials[partition]
        arguments: list[Any] = []
        for path in paths - {POSITION}:
            arguments += [path[0], msgspec.json.encode(path[1:]), partials.amounts[path]]
        position, field, as_of = partials.position, field_of(partition), self._as_of(*partition)
        keys = (PARTIALS + field, AS_OF)
        former = self._accepted.get(partition, "")
        place = (position.offset, extent, position.start, field, "" if as_of is None else as_of, former)
        transaction.eval(SWAP, len(keys), *keys, *place, *arguments)

    def _gather(self, changed: Mapping[Partition, set[Path]], whole: set[Partition]) -> None:
        """Keep what could not be written for the next write, but of partitions that were lost meanwhile."""
        for partition, paths in changed.items():
            if partition in self._partials:
                self._changed.setdefault(partition, set()).update(paths)
        self._whole |= whole & self._partials.keys()

    async def _publish(
        self,
        version: int,
        names: set[str],
        totals: Mapping[str, Mapping[bytes, bytes]],
        ages: Mapping[bytes, bytes],
    ) -> None:
        sums = {name: {decoded(path): int(total) for path, total in fields.items()} for name, fields in totals.items()}
        parts = {name: self._partitions_of(name) for name in (*names, DASHBOARD)}
        whole = {name for name, of_it in parts.items() if all(field_of(part) in ages for part in of_it)}
        as_of = {name: age_of(parts[name], ages) for name in whole}
        now = datetime.now(UTC)
        made = documents(names & whole, sums, now, as_of)
        keys, values = [], list[str | bytes]()
        for name in made.keys() & whole:
            keys.append(METRICS + name)
            values += ["ageless" if name == EVENTS else "aged", msgspec.json.encode(made[name])]
        if await self._redis.eval(PUBLISH, len(keys), *keys, version, *values) == b"published":
            self.state.published_at = iso_utc(now)

    def _partitions_of(self, document: str) -> list[Partition]:
        topics = [topic for topic in TOPICS_OF.get(document, self._topics) if topic in self._topics]
        return [(topic, number) for topic in topics for number in range(self._topics[topic])]

    def _say_trouble(self, error: Exception) -> None:
        """Log once that Redis is away, or that it answers and refuses: the one passes, the other needs someone."""
        refused = refusal(error)
        said = f"{self._service} {f'refuses what is written: {refused}' if refused else f'is away: {reason(error)}'}"
        if said != self._trouble:
            fields = {"event": "redis_refuses" if refused else "redis_away", "service": self._service}
            logger.warning("%s; counting goes on", said, extra=fields)
        self._trouble = said
        self.state.is_trouble(refused)

    def _say_well(self) -> None:
        if self._trouble:
            logger.info("%s is back", self._service, extra={"event": "redis_back", "service": self._service})
        self._trouble = None
        self.state.is_trouble(None)
