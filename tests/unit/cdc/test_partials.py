"""Whatever the order of events, crashes and replays: the totals equal a fold over the rows that exist."""

from collections import Counter
from typing import Literal

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cdc import (
    Cents,
    Change,
    ChangeDecoder,
    Id,
    Measures,
    PartitionPartials,
    Path,
    Row,
    Tallies,
    Tally,
    change_of,
    measure,
    remembered,
)
from cdc.partials import Entry

PARTITIONS = 2
TOPIC = "things"


class Thing(Row):
    id: Id
    kind: Literal["a", "b"]
    price: Cents


@remembered
def counted(kind: str) -> Tally:
    return Tally(("things", "count"), ("things", "by_kind", kind))


def contributions(thing: Thing) -> Tallies:
    tallies: Tallies = {counted(thing.kind): 1, measure("things", "by_kind_cents", thing.kind): thing.price}
    if thing.kind == "a":
        tallies[measure("things", "a_cents")] = thing.price
    return tallies


def measures_of(thing: Thing) -> Measures:
    """Return the same, without tallies."""
    of_all: Measures = {
        ("things", "count"): 1,
        ("things", "by_kind", thing.kind): 1,
        ("things", "by_kind_cents", thing.kind): thing.price,
    }
    return of_all | ({("things", "a_cents"): thing.price} if thing.kind == "a" else {})


def as_sent(thing: Thing | None) -> dict[str, object] | None:
    """Return a row as Debezium writes it."""
    return (
        None
        if thing is None
        else {"id": thing.id, "kind": thing.kind, "price": f"{thing.price // 100}.{thing.price % 100:02}"}
    )


decode = ChangeDecoder(Thing)


class Shop(RuleBasedStateMachine):
    """Rows, the log of what happened to them, and a worker that counts the log and may die at any point."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[int, Thing] = {}
        self.next_id = 1
        self.lsn = 100
        self.logs: list[list[Change]] = [[] for _ in range(PARTITIONS)]
        self.stores: list[dict[Path, Entry]] = [{} for _ in range(PARTITIONS)]
        self.workers = [PartitionPartials() for _ in range(PARTITIONS)]
        self.read = [0] * PARTITIONS

    # What happens in the shop

    def append(self, op: str, before: Thing | None, after: Thing | None, partition: int | None = None) -> None:
        row = after or before
        if partition is None:
            assert row is not None
            partition = row.id % PARTITIONS
        log = self.logs[partition]
        event = {"op": op, "before": as_sent(before), "after": as_sent(after), "source": {"lsn": self.lsn}}
        value = msgspec.json.encode(event)
        # Offsets have gaps, as transaction markers leave them.
        log.append(change_of(TOPIC, 2 * len(log), decode(value), contributions))

    @rule(kind=st.sampled_from("ab"), price=st.integers(0, 500))
    def create(self, kind: Literal["a", "b"], price: int) -> None:
        thing = Thing(self.next_id, kind, Cents(price))
        self.next_id += 1
        self.rows[thing.id] = thing
        self.append("c", None, thing)

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), kind=st.sampled_from("ab"), price=st.integers(0, 500))
    def update(self, data: st.DataObject, kind: Literal["a", "b"], price: int) -> None:
        old = self.rows[data.draw(st.sampled_from(sorted(self.rows)))]
        self.rows[old.id] = new = Thing(old.id, kind, Cents(price))
        self.append("u", old, new)

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        self.append("d", self.rows.pop(data.draw(st.sampled_from(sorted(self.rows)))), None)

    @rule(broken_off_after=st.none() | st.integers(0, 3))
    def resync(self, broken_off_after: int | None) -> None:
        """A reset in every partition, then a snapshot; one that Connect broke off is taken again."""
        for partition in range(PARTITIONS):
            self.append("reset", None, None, partition)
        if broken_off_after is not None:
            self.snapshot(list(self.rows.values())[:broken_off_after])
        self.snapshot(list(self.rows.values()))

    @precondition(lambda self: {row % PARTITIONS for row in self.rows} == set(range(PARTITIONS)))
    @rule()
    def snapshot_by_hand(self) -> None:
        """A snapshot without a reset: it reaches a partition by the rows that the partition has."""
        self.snapshot(list(self.rows.values()))

    def snapshot(self, rows: list[Thing]) -> None:
        self.lsn += 1
        for row in rows:
            self.append("r", None, row)
        self.lsn += 1

    # What happens to the worker

    def fold(self, partition: int, size: int) -> None:
        first = self.read[partition]
        batch = self.logs[partition][first : first + size]
        self.workers[partition].fold(batch)
        self.read[partition] = first + len(batch)

    @rule(
        partition=st.integers(0, PARTITIONS - 1),
        size=st.integers(1, 8),
        meanwhile=st.integers(0, 8),
        reaching=st.none() | st.integers(0, 6),
    )
    def count(self, partition: int, size: int, meanwhile: int, reaching: int | None) -> None:
        """Count a batch, and another one while what is counted is on its way to the changelog.

        Where `reaching` is given, only as many records reach the changelog before a crash.
        """
        worker = self.workers[partition]
        self.fold(partition, size)
        sent = list(worker.take().items())
        self.fold(partition, meanwhile)
        self.stores[partition] |= dict(sent[:reaching])
        if reaching is None:
            worker.settle()
        else:
            self.restart(partition)

    @rule(partition=st.integers(0, PARTITIONS - 1))
    def restart(self, partition: int) -> None:
        """Another worker takes over from the table's changelog."""
        worker = self.workers[partition] = PartitionPartials(self.stores[partition])
        self.read[partition] = sum(change.offset < worker.next_offset for change in self.logs[partition])

    @rule(partition=st.integers(0, PARTITIONS - 1), part=st.floats(0, 1))
    def rewind(self, partition: int, part: float) -> None:
        """Everything from any earlier offset is delivered again."""
        self.restart(partition)
        self.read[partition] = int(part * self.read[partition])

    # What must hold

    @initialize()
    def begin(self) -> None:
        self.resync(broken_off_after=None)

    @invariant()
    def caught_up_totals_are_those_of_the_rows(self) -> None:
        totals: Counter[Path] = Counter()
        for partition, log in enumerate(self.logs):
            store = dict(self.stores[partition])
            worker = PartitionPartials(store)
            worker.fold(change for change in log if change.offset >= worker.next_offset)
            store |= worker.take()
            totals.update(PartitionPartials(store).amounts)
        expected: Counter[Path] = Counter()
        for row in self.rows.values():
            expected.update(measures_of(row))
        for log in self.logs:
            for change in log:
                expected.update({path: n for path, n in change.difference.items() if path[0] == "events"})
        assert {path: n for path, n in totals.items() if n} == {path: n for path, n in expected.items() if n}


Shop.TestCase.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
TestShop = Shop.TestCase


def test_a_partial_whose_changes_cancel_out_within_a_batch_moves_on_as_well() -> None:
    path = ("orders", "count")
    partials = PartitionPartials()
    partials.fold([Change(0, {Tally(path): 1})])
    partials.fold([Change(1, {Tally(path): 1}), Change(2, {}, {Tally(path): 1})])
    partials.fold([Change(2, {}, {Tally(path): 1})])  # again, and from the middle of its batch
    assert partials.amounts[path] == 1
