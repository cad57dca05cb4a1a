"""Corrected totals are those of the snapshot, for every order of commits, whatever is counted of them."""

import json
from collections import Counter
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from cdc import Cents, ChangeDecoder, Id, PartitionPartials, Row, Tallies, Text, change_of, measure
from cdc.tallies import Measures
from reconcile.correction import Correction, Counted, Header
from reconcile.visibility import IDS, Snapshot

TOPIC = "thing"
PARTITIONS = 2
START = IDS - 4
"""The first transaction's id: some steps on, the 32 bits of an event begin anew."""
OF_DEBEZIUM = 12
"""The transaction that every row of a Debezium snapshot names."""

header_of = msgspec.json.Decoder(Header).decode


class Thing(Row):
    id: Id
    kind: Text
    amount: Cents


decode = ChangeDecoder(Thing)
Image = dict[str, Any]


def contributions(thing: Thing) -> Tallies:
    return {measure("things", "count"): 1, measure("things", "by_kind_cents", thing.kind): thing.amount}


def measures_of(offset: int, value: bytes) -> Measures:
    return change_of(TOPIC, offset, decode(value), contributions).difference


def total(rows: dict[int, Image]) -> Counter[tuple[str, ...]]:
    sums: Counter[tuple[str, ...]] = Counter()
    for row in rows.values():
        sums[("things", "count")] += 1
        sums[("things", "by_kind_cents", row["kind"])] += round(float(row["amount"]) * 100)
    return without_zeros(sums)


def without_zeros(sums: dict[tuple[str, ...], int]) -> Counter[tuple[str, ...]]:
    return Counter({path: amount for path, amount in sums.items() if amount and path[0] != "events"})


class Shop:
    """A database with transactions that take their time, and the log into which they are decoded when they commit."""

    def __init__(self) -> None:
        self.rows: dict[int, Image] = {}
        self.log: list[list[bytes]] = [[] for _ in range(PARTITIONS)]
        self.hidden: list[list[bool]] = [[] for _ in range(PARTITIONS)]
        self.snapshots = 0
        self._next_tx, self._next_row = START, 1
        self._open: dict[int, tuple[str, Image | None, Image | None]] = {}
        self._committed: dict[int, tuple[str, Image | None, Image | None]] = {}

    def begin(self, choice: int, amount: int) -> None:
        """Insert a row, or change or delete one that no one else has in hand."""
        held = {row["id"] for _, *rows in {**self._open, **self._committed}.values() for row in rows if row}
        free = sorted(self.rows.keys() - held)
        kind = "ab"[amount % 2]
        if choice % 3 == 0 or not free:
            row = {"id": self._next_row, "kind": kind, "amount": f"{amount}.50"}
            self._next_row += 1
            change: tuple[str, Image | None, Image | None] = ("c", None, row)
        else:
            before = self.rows[free[choice % len(free)]]
            after = {**before, "kind": kind, "amount": f"{amount}.25"}
            change = ("u", before, after) if choice % 3 == 1 else ("d", before, None)
        self._open[self._next_tx] = change
        self._next_tx += 1

    def commit(self, choice: int) -> None:
        """Decode a transaction; it is not visible yet."""
        if self._open:
            tx_id = sorted(self._open)[choice % len(self._open)]
            op, before, after = self._committed[tx_id] = self._open.pop(tx_id)
            self._write((before or after or {})["id"] % PARTITIONS, op, before, after, tx_id)

    def show(self, choice: int) -> None:
        """Make a committed transaction visible."""
        if self._committed:
            tx_id = sorted(self._committed)[choice % len(self._committed)]
            _, before, after = self._committed.pop(tx_id)
            if after:
                self.rows[after["id"]] = after
            elif before:
                del self.rows[before["id"]]

    def take_debezium_snapshot(self) -> None:
        """Let a reset and all rows follow in the log: once nothing is both decoded and invisible."""
        while self._committed:
            self.show(0)
        self.snapshots += 1
        for partition in range(PARTITIONS):
            self._write(partition, "reset", None, None, None)
        for row in self.rows.values():
            self._write(row["id"] % PARTITIONS, "r", None, row, OF_DEBEZIUM)

    def snapshot(self) -> Snapshot:
        unseen = frozenset({*self._open, *self._committed})
        return Snapshot(min(unseen, default=self._next_tx), self._next_tx, unseen)

    def _write(self, partition: int, op: str, before: Image | None, after: Image | None, tx_id: int | None) -> None:
        source = {"lsn": self.snapshots, "ts_ms": 1, "txId": tx_id and tx_id % IDS}
        event = {"op": op, "before": before, "after": after, "source": source}
        self.log[partition].append(json.dumps(event).encode())


steps = st.lists(st.tuples(st.sampled_from("bbbcccsssR"), st.integers(0, 11), st.integers(0, 9)), max_size=60)


def play(shop: Shop, actions: list[tuple[str, int, int]]) -> None:
    for action, choice, amount in actions:
        match action:
            case "b":
                shop.begin(choice, amount)
            case "c":
                shop.commit(choice)
            case "s":
                shop.show(choice)
            case "R":
                shop.take_debezium_snapshot()


def corrected(
    log: list[bytes], counted: int, window: int, snapshot: Snapshot, *, tells_start: bool
) -> Correction | Any:
    """Return the corrected totals of a log counted up to an offset; or the correction, if it cannot be made."""
    partials = PartitionPartials()
    partials.fold(
        change_of(TOPIC, offset, decode(value), contributions) for offset, value in enumerate(log[: counted + 1])
    )
    start = partials.position.start if tells_start else -1
    correction = Correction(Counted(counted, start), window, snapshot, measures_of)
    for offset in range(correction.begin, len(log)):
        correction.take(offset, header_of(log[offset]), log[offset])
    if correction.is_replaced or correction.unread:
        return correction
    sums = Counter(partials.amounts)
    sums.update(correction.amounts)
    return sums


@given(before=steps, after=steps, data=st.data(), tells_start=st.booleans())
def test_corrected_totals_are_those_of_the_snapshot(
    before: list[tuple[str, int, int]], after: list[tuple[str, int, int]], data: st.DataObject, tells_start: bool
) -> None:
    shop = Shop()
    play(shop, before)
    snapshot, truth = shop.snapshot(), total(shop.rows)
    lengths = [len(log) for log in shop.log]
    play(shop, [step for step in after if step[0] != "R"])  # until the second marker has come
    sums: Counter[tuple[str, ...]] = Counter()
    for log, length in zip(shop.log, lengths, strict=True):
        counted = data.draw(st.integers(-1, length - 1))
        headers = [header_of(value) for value in log]
        window = data.draw(st.integers(0, first_invisible(headers, snapshot)))
        found = corrected(log, counted, window, snapshot, tells_start=tells_start)
        if isinstance(found, Correction):
            assert any(header.op in ("reset", "r") for header in headers[counted + 1 :])
            return
        sums.update(found)
    assert without_zeros(sums) == truth


def first_invisible(headers: list[Header], snapshot: Snapshot) -> int:
    """Return the first offset whose record the snapshot does not see: no window begins behind it."""
    for offset, header in enumerate(headers):
        if header.op in "cud" and header.source.tx_id is not None and not snapshot.sees(header.source.tx_id):
            return offset
    return len(headers)


def event(op: str, tx_id: int | None, **images: Image) -> bytes:
    return json.dumps({"op": op, "source": {"txId": tx_id}, **images}).encode()


def take(correction: Correction, *records: bytes) -> Correction:
    for offset, record in enumerate(records):
        correction.take(offset, header_of(record), record)
    return correction


ROW = {"id": 1, "kind": "a", "amount": "2.00"}
SEES_TEN = Snapshot(10, 12, frozenset({10}))


def test_a_reset_that_is_counted_voids_what_was_to_be_retracted_before_it() -> None:
    found = take(Correction(Counted(1), 0, SEES_TEN, measures_of), event("c", 10, after=ROW), event("reset", None))
    assert not found.amounts
    assert not found.is_replaced


def test_a_reset_that_is_not_counted_makes_what_is_counted_void() -> None:
    assert take(
        Correction(Counted(0), 0, SEES_TEN, measures_of), event("c", 9, after=ROW), event("reset", None)
    ).is_replaced


def test_before_the_start_of_what_is_counted_nothing_is_retracted() -> None:
    assert not take(Correction(Counted(5, start=3), 0, SEES_TEN, measures_of), event("c", 10, after=ROW)).amounts


def test_a_record_without_a_transaction_is_not_explained_away() -> None:
    assert not take(Correction(Counted(0), 0, SEES_TEN, measures_of), event("c", None, after=ROW)).amounts


def test_what_waits_is_counted() -> None:
    records = event("c", 9, after=ROW), event("c", 10, after=ROW), event("d", 11, before=ROW)
    assert take(Correction(Counted(), 0, SEES_TEN, measures_of), *records).waiting == 2
