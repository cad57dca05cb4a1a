"""When there is no comparison, and why."""

from datetime import UTC, datetime

import pytest

from reconcile.comparison import MOST_BEHIND, View, check_readable, check_standbys, measures_of
from reconcile.correction import Counted
from reconcile.errors import NotComparable
from reconcile.log import Extent, Window
from reconcile.outcome import WAREHOUSE
from reconcile.source import Seen
from reconcile.visibility import IDS, Snapshot

PARTITIONS = ("order", 0), ("order", 1)


def seen(xmax: int, *open_: int, waits: bool) -> Seen:
    return Seen(Snapshot(min(open_, default=xmax), xmax, frozenset(open_)), datetime.now(UTC), waits, {})


def window(oldest: int) -> Window:
    return Window(0, oldest, has_first=True)


def test_with_a_synchronous_standby_what_is_older_than_the_window_may_wait_for_it() -> None:
    with pytest.raises(NotComparable, match=f"transaction {IDS - 2}, open for more than a minute"):
        check_standbys(seen(IDS + 9, IDS - 2, IDS + 5, waits=True), window(oldest=3))


@pytest.mark.parametrize(
    ("database", "oldest"),
    [
        (seen(20, 7, waits=False), 10),
        (seen(20, 12, waits=True), 10),
        (seen(20, waits=True), 10),
    ],
)
def test_otherwise_nothing_waits(database: Seen, oldest: int) -> None:
    check_standbys(database, window(oldest))


def view(first: int, second: int, who: str = "the worker") -> View:
    return View(who, dict(zip(PARTITIONS, (Counted(first), Counted(second)), strict=True)), measures_of)


def extents(*each: Extent) -> dict[tuple[str, int], Extent]:
    return dict(zip(PARTITIONS, each, strict=True))


@pytest.mark.parametrize(
    ("counted", "ends", "reason"),
    [
        (view(-1, 9), (Extent(0, 0, MOST_BEHIND + 1), Extent(0, 0, 12)), "the worker is 500,003 records behind"),
        (view(-1, -1), (Extent(0, 0, MOST_BEHIND), Extent(0, 0, 7)), "the worker is 500,007 records behind"),
        (view(5, 9), (Extent(0, 0, 5), Extent(0, 0, 12)), "has counted more of order than Kafka holds"),
        (view(5, 9), (Extent(7, 7, 9), Extent(0, 0, 12)), "no longer holds all of order"),
        (view(-1, -1, WAREHOUSE), (Extent(0, 0, 0), Extent(0, 0, 1)), "the warehouse has loaded nothing of order yet"),
    ],
)
def test_what_kafka_cannot_bridge_is_told(counted: View, ends: tuple[Extent, Extent], reason: str) -> None:
    with pytest.raises(NotComparable, match=reason):
        check_readable(counted, extents(*ends))


@pytest.mark.parametrize(
    "counted",
    [
        view(-1, 11),  # a partition that Redis does not know, as one that was added, begins where Kafka's does
        view(6, 11),
        view(-1, 11, WAREHOUSE),
    ],
)
def test_what_kafka_bridges_is_compared(counted: View) -> None:
    check_readable(counted, extents(Extent(7, 7, 9), Extent(0, 0, 12)))
