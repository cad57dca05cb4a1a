"""What is told of a comparison."""

import logging
from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

import msgspec
import pytest
from redis import Redis

from reconcile.every import SHARE, compare_once, pause
from reconcile.numbers import Difference
from reconcile.outcome import NOTHING_LOADED, Outcome
from reconcile.status import KEY, MOST, Document, Schedule, after, say, turn_off
from settings import Database, settings

FIRST, SECOND = (datetime(2026, 11, 30, 12, minute, tzinfo=UTC) for minute in (0, 1))
WRONG = Difference(("revenue", "total"), Decimal("3.10"), None)


def test_what_could_be_compared_is_told() -> None:
    document = after(Document(), [Outcome(Database.CRM, 7), Outcome(Database.INSTASHOP, 50, (WRONG,))], FIRST, 1.25)
    assert (document.numbers, document.differences) == (57, 1)
    assert document.compared_at == "2026-11-30T12:00:00.000Z"
    shop, crm = document.databases
    assert (shop.name, crm.name) == ("instashop", "crm_db")
    (named,) = shop.differences
    assert (named.path, named.shown, named.truth) == ("revenue total", "3.10", None)


def test_what_could_not_be_compared_keeps_what_was_known_of_it() -> None:
    former = after(Document(), [Outcome(Database.CRM, 7), Outcome(Database.ERP, 3, (WRONG,))], FIRST, 1)
    document = after(former, [Outcome(Database.CRM, 8), Outcome(Database.ERP, reason="new snapshot 4 %")], SECOND, 1)
    crm, erp = document.databases
    assert crm.compared_at == "2026-11-30T12:01:00.000Z"
    assert (erp.compared_at, erp.reason) == ("2026-11-30T12:00:00.000Z", "new snapshot 4 %")
    assert (document.compared_at, document.numbers, document.differences) == ("2026-11-30T12:00:00.000Z", 11, 1)


def test_only_the_first_differences_are_named_and_all_are_counted() -> None:
    many = tuple(Difference((str(number),), Decimal(1), Decimal(2)) for number in range(MOST + 5))
    (database,) = after(Document(), [Outcome(Database.CRM, 99, many)], FIRST, 1).databases
    assert (len(database.differences), database.difference_count) == (MOST, MOST + 5)


def test_a_difference_is_logged_when_it_comes_and_when_it_goes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    well = after(Document(), [Outcome(Database.CRM, 7)], FIRST, 1)
    wrong = after(well, [Outcome(Database.CRM, 7, (WRONG,))], FIRST, 1)
    for former, document in ((Document(), well), (well, wrong), (wrong, wrong), (wrong, well), (well, well)):
        say(former, document)
    assert [(vars(record)["event"], record.levelname) for record in caplog.records] == [
        ("difference", "WARNING"),
        ("no_difference", "INFO"),
    ]


def test_the_document_is_as_old_as_the_database_that_was_compared_longest_ago() -> None:
    former = after(Document(), [Outcome(Database.CRM, 7), Outcome(Database.ERP, 3)], FIRST, 1)
    assert after(former, [Outcome(Database.CRM, 8)], SECOND, 1).compared_at == "2026-11-30T12:00:00.000Z"
    everything = [Outcome(Database.CRM, 8), Outcome(Database.ERP, 3)]
    assert after(former, everything, SECOND, 1).compared_at == "2026-11-30T12:01:00.000Z"
    never = [Outcome(Database.CRM, 8), Outcome(Database.ERP, reason="new snapshot 4 %")]
    assert after(Document(), never, SECOND, 1).compared_at is None


def test_a_warehouse_that_is_not_in_use_makes_nothing_old() -> None:
    unused = [Outcome(Database.CRM, 7), Outcome(Database.DWH, reason=NOTHING_LOADED)]
    assert after(Document(), unused, FIRST, 1).compared_at == "2026-11-30T12:00:00.000Z"
    used = after(Document(), [Outcome(Database.CRM, 7), Outcome(Database.DWH, 5)], FIRST, 1)
    assert after(used, unused, SECOND, 1).compared_at == "2026-11-30T12:00:00.000Z"


def test_the_watch_tells_when_it_compares_again_and_the_command_leaves_that_as_it_is() -> None:
    by_watch = after(Document(), [Outcome(Database.CRM, 7)], FIRST, 1.5, Schedule(30, SECOND))
    assert (by_watch.every_seconds, by_watch.next_at) == (30, "2026-11-30T12:01:00.000Z")
    by_command = after(by_watch, [Outcome(Database.CRM, 8)], SECOND, 9)
    assert by_command.numbers == 8
    for field in ("every_seconds", "next_at", "updated_at", "duration_seconds"):
        assert getattr(by_command, field) == getattr(by_watch, field)
    alone = after(Document(), [Outcome(Database.CRM, 7)], FIRST, 1)
    assert (alone.every_seconds, alone.next_at) == (0, None)
    assert alone.updated_at


class Remembering:
    """A Redis of one key."""

    def __init__(self) -> None:
        self.document = Document()

    def get(self, key: str) -> bytes:
        assert key == KEY
        return msgspec.json.encode(self.document)

    def set(self, key: str, value: bytes) -> None:
        assert key == KEY
        self.document = msgspec.json.decode(value, type=Document)


@pytest.mark.parametrize("error", [SystemExit("the app's settings are refused"), ImportError("no such module")])
def test_what_ends_a_comparison_does_not_end_the_watch(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("reconcile.every._compare", fail)
    redis = Remembering()
    rest = compare_once(cast(Redis, redis))
    assert settings().reconcile_every - 5 < rest <= settings().reconcile_every
    assert {each.reason for each in redis.document.databases} == {f"it failed: {error!r}"}
    assert redis.document.next_at


def test_a_watch_that_does_not_compare_owes_no_run() -> None:
    redis = Remembering()
    redis.document = after(Document(), [Outcome(Database.CRM, 7)], FIRST, 1.5, Schedule(30, SECOND))
    turn_off(cast(Redis, redis))
    assert (redis.document.every_seconds, redis.document.next_at, redis.document.numbers) == (0, None, 7)


def test_the_pause_is_that_of_the_setting_unless_comparing_takes_long() -> None:
    every = settings().reconcile_every
    assert pause(duration_seconds=1.0, worked_seconds=0.5) == every - 1
    assert pause(duration_seconds=every + 5.0, worked_seconds=0.5) == 0  # most of that it waited for a marker
    assert pause(duration_seconds=every + 1.0, worked_seconds=float(every)) == SHARE * every - every - 1
