"""What Redis holds at one moment: the partials of each partition with their position, totals, and documents."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from redis import Redis

from app.documents import EMPTY
from app.keys import DASHBOARD, METRICS, OWNER, PARTIALS, TOTALS, VERSION, VERSIONS, field_of
from cdc import Path
from cdc.tallies import Measures
from freshness.frontier import Partition
from reconcile.correction import Counted
from reconcile.published import Published, of_these_totals


class Mirrored(NamedTuple):
    """The mirror at one moment.

    Attributes:
        counted: How far each partition is counted.
        partials: The partials of each partition, by their paths.
        totals: The totals that the documents are made of.
        owner: Whose it is, see `app.keys.owner_of`; none: no worker has written it yet.
        published: The documents that were made of these totals, without the ``metrics:`` of their keys.
    """

    counted: Mapping[Partition, Counted]
    partials: Mapping[Partition, Measures]
    totals: Measures
    owner: str | None
    published: Published

    def expected(self) -> Measures:
        """Return the totals that the partials add up to."""
        sums: defaultdict[Path, int] = defaultdict(int)
        for partials in self.partials.values():
            for path, amount in partials.items():
                sums[path] += amount
        return sums


def read(redis: Redis, partitions: Collection[Partition]) -> Mirrored:
    """Read the mirror in one transaction.

    Raises:
        RedisError: where Redis cannot be asked.
    """
    names = {key.decode().removeprefix(TOTALS) for key in redis.scan_iter(f"{TOTALS}*")} | EMPTY.keys() | {DASHBOARD}
    while True:
        mirrored = _read(redis, partitions, names)
        documents = {path[0] for partials in mirrored.partials.values() for path in partials}
        if documents <= names:
            return mirrored
        names |= documents  # one was counted for the first time since its name was asked for


def _read(redis: Redis, partitions: Collection[Partition], names: Iterable[str]) -> Mirrored:
    ordered = list(names)
    with redis.pipeline(transaction=True) as transaction:
        for partition in partitions:
            transaction.hgetall(PARTIALS + field_of(partition))
        for name in ordered:
            transaction.hgetall(TOTALS + name)
        for name in ordered:
            transaction.get(METRICS + name)
        transaction.get(OWNER)
        transaction.get(VERSION)
        transaction.hgetall(VERSIONS)
        *results, owner, version, versions = transaction.execute()
    behind = len(partitions) + len(ordered)
    partials, totals, shown = results[: len(partitions)], results[len(partitions) : behind], results[behind:]
    current = of_these_totals(ordered, int(version or 0), versions)
    return Mirrored(
        {partition: _counted(fields) for partition, fields in zip(partitions, partials, strict=True)},
        {partition: dict(_amounts(fields)) for partition, fields in zip(partitions, partials, strict=True)},
        {
            (name, *msgspec.json.decode(path)): int(total)
            for name, fields in zip(ordered, totals, strict=True)
            for path, total in fields.items()
        },
        owner and owner.decode(),
        {name: _document(document) for name, document in zip(ordered, shown, strict=True) if name in current},
    )


def _document(text: bytes | None) -> dict[str, Any]:
    """Return a document; an empty one where someone put something else in its place."""
    try:
        return msgspec.json.decode(text or b"", type=dict[str, Any])
    except msgspec.DecodeError:
        return {}


def _counted(fields: Mapping[bytes, bytes]) -> Counted:
    return Counted(int(fields.get(b"offset", -1)), int(fields.get(b"start", -1)))


def _amounts(fields: Mapping[bytes, bytes]) -> Iterable[tuple[Path, int]]:
    """Yield the partials: fields of a document's name and a path in JSON."""
    for field, amount in fields.items():
        document, _, path = field.partition(b" ")
        if path.startswith(b"["):
            groups: list[Any] = msgspec.json.decode(path)
            yield (document.decode(), *groups), int(amount)
