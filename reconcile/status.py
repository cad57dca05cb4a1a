"""``status:reconcile``: how the last comparison ended; and a line in the log when that changes."""

import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec
from redis import Redis

from cdc.row import iso_utc
from reconcile.numbers import Difference
from reconcile.outcome import NOTHING_LOADED, Outcome
from settings import Database

logger = logging.getLogger(__name__)

KEY = "status:reconcile"
MOST = 20
"""Differences that are named of one database."""


class Named(msgspec.Struct):
    """A difference: the number's path, what is shown and what SQL says; null where one has no such number."""

    path: str
    shown: str | None
    truth: str | None


class OfDatabase(msgspec.Struct):
    """How the last comparison of a database ended.

    Attributes:
        name: The database's.
        compared_at: When it could last be compared.
        numbers: How many numbers were compared then.
        differences: The first that differed then.
        difference_count: How many did.
        reason: Why it could not be compared this time.
    """

    name: str
    compared_at: str | None = None
    numbers: int = 0
    differences: tuple[Named, ...] = ()
    difference_count: int = 0
    reason: str | None = None


class Document(msgspec.Struct):
    """What is in Redis.

    Attributes:
        updated_at: When the watch last ended a run; the command leaves it as it is.
        every_seconds: How often the watch compares; 0: it never did.
        next_at: When the watch's next run is due; null: it never ran.
        compared_at: When all databases in use could last be compared: the oldest of their times.
        numbers: How many numbers were compared, over all databases.
        differences: How many differed.
    """

    updated_at: str = ""
    every_seconds: int = 0
    next_at: str | None = None
    compared_at: str | None = None
    duration_seconds: float = 0.0
    numbers: int = 0
    differences: int = 0
    databases: tuple[OfDatabase, ...] = ()


class Schedule(NamedTuple):
    """How the watch repeats its comparison.

    Attributes:
        every_seconds: Its setting.
        next_at: When its next run is due.
    """

    every_seconds: int
    next_at: datetime


def read(redis: Redis) -> Document:
    """Return the document; an empty one where there is none, or one of another version."""
    try:
        return msgspec.json.decode(redis.get(KEY) or b"{}", type=Document)
    except msgspec.DecodeError:
        return Document()


def tell(
    redis: Redis,
    outcomes: Sequence[Outcome],
    began: datetime,
    duration_seconds: float,
    schedule: Schedule | None = None,
) -> None:
    """Write the document, and log which databases differ that did not, and which no longer do.

    Args:
        redis: where.
        outcomes: of the databases that were compared; what is known of others stays.
        began: when the comparison began.
        duration_seconds: how long it took.
        schedule: the watch's; none if it was not the watch that compared. What is known of the watch stays then.
    """
    former = read(redis)
    document = after(former, outcomes, began, duration_seconds, schedule)
    say(former, document)
    redis.set(KEY, msgspec.json.encode(document))


def turn_off(redis: Redis) -> None:
    """Tell that the watch no longer compares, if one did: no next run is due then."""
    former = read(redis)
    if former.next_at is not None:
        redis.set(KEY, msgspec.json.encode(msgspec.structs.replace(former, every_seconds=0, next_at=None)))


def after(
    former: Document,
    outcomes: Iterable[Outcome],
    began: datetime,
    duration_seconds: float,
    schedule: Schedule | None = None,
) -> Document:
    """Return the document after a comparison."""
    known = {each.name: each for each in former.databases}
    for outcome in outcomes:
        known[outcome.name.value] = _of_database(known.get(outcome.name.value), outcome, began)
    databases = tuple(known[database.value] for database in Database if database.value in known)
    document = msgspec.structs.replace(
        former,
        updated_at=former.updated_at or iso_utc(datetime.now(UTC)),
        compared_at=_oldest(databases),
        numbers=sum(each.numbers for each in databases),
        differences=sum(each.difference_count for each in databases),
        databases=databases,
    )
    if schedule is None:
        return document
    return msgspec.structs.replace(
        document,
        updated_at=iso_utc(datetime.now(UTC)),
        every_seconds=schedule.every_seconds,
        next_at=iso_utc(schedule.next_at) if schedule.every_seconds else None,
        duration_seconds=round(duration_seconds, 3),
    )


def _oldest(databases: Iterable[OfDatabase]) -> str | None:
    """Return when all databases in use were compared. A warehouse that nothing was ever loaded into is not in use."""
    times = [each.compared_at for each in databases if each.compared_at or each.reason != NOTHING_LOADED]
    known = [time for time in times if time is not None]
    return min(known, default=None) if len(known) == len(times) else None  # stamps in UTC sort by their text


def _of_database(former: OfDatabase | None, outcome: Outcome, began: datetime) -> OfDatabase:
    if outcome.reason is not None and not outcome.numbers:
        return msgspec.structs.replace(former or OfDatabase(outcome.name.value), reason=outcome.reason)
    return OfDatabase(
        name=outcome.name.value,
        compared_at=iso_utc(began) if outcome.reason is None else former.compared_at if former else None,
        numbers=outcome.numbers,
        differences=tuple(map(_named, outcome.differences[:MOST])),
        difference_count=len(outcome.differences),
        reason=outcome.reason,
    )


def _named(difference: Difference) -> Named:
    return Named(" ".join(difference.path), _text(difference.shown), _text(difference.truth))


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def say(former: Document, document: Document) -> None:
    """Log where differences appear or are others than before, and where they are gone."""
    before = {each.name: each for each in former.databases}
    for each in document.databases:
        old = before.get(each.name, OfDatabase(each.name))
        fields = {"database": each.name, "differences": each.difference_count}
        if each.difference_count and each.differences != old.differences:
            first = each.differences[0]
            logger.warning(
                "%s: %d numbers differ from SQL, the first is %s: %s, should be %s",
                each.name,
                each.difference_count,
                first.path,
                first.shown,
                first.truth,
                extra={"event": "difference", "path": first.path, **fields},
            )
        elif old.difference_count and not each.difference_count:
            logger.info(
                "%s: no number differs from SQL any more", each.name, extra={"event": "no_difference", **fields}
            )
