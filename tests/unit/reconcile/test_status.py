"""What is told of a comparison."""

import logging
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from reconcile.comparison import Outcome
from reconcile.every import SHARE, pause
from reconcile.numbers import Difference
from reconcile.status import MOST, Document, after, say
from settings import Database, settings

FIRST, SECOND = (datetime(2026, 11, 30, 12, minute, tzinfo=UTC) for minute in (0, 1))
WRONG = Difference(("revenue", "total"), Decimal("3.10"), None)


def test_what_could_be_compared_is_told() -> None:
    document = after(Document(), [Outcome(Database.CRM, 7), Outcome(Database.INSTASHOP, 50, (WRONG,))], FIRST, 1.25)
    assert (document.numbers, document.differences, document.duration_seconds) == (57, 1, 1.25)
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


def test_the_pause_is_that_of_the_setting_unless_comparing_takes_long() -> None:
    every = settings().reconcile_every
    assert pause(duration_seconds=1.0, asked_seconds=0.5) == every - 1
    assert pause(duration_seconds=every + 5.0, asked_seconds=0.5) == 0  # most of that it waited for a marker
    assert pause(duration_seconds=every + 1.0, asked_seconds=float(every)) == SHARE * every - every - 1
