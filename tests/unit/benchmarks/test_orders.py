from collections import Counter

from agents.transaction import Order, contributions
from benchmarks.orders import OPERATIONS, records
from cdc import ChangeDecoder, PartitionPartials, change_of

COUNT = 5_000


def test_the_shop_is_consistent() -> None:
    """What is changed or deleted is there, and as it was left: else the totals would not be those of the rows."""
    decode = ChangeDecoder(Order)
    events = [decode(record.value) for record in records(COUNT)]
    placed = sum(event.op == "c" for event in events)
    deleted = sum(event.op == "d" for event in events)

    partials = PartitionPartials()
    partials.fold(change_of("transaction", offset, event, contributions) for offset, event in enumerate(events))

    assert partials.amounts["transactions", "count"] == placed - deleted
    by_status = {path[2]: amount for path, amount in partials.amounts.items() if path[1] == "by_status"}
    assert sum(by_status.values()) == placed - deleted
    assert min(by_status.values()) >= 0


def test_the_mix_is_that_of_the_shares() -> None:
    decode = ChangeDecoder(Order)
    mix = Counter[str](decode(record.value).op for record in records(COUNT))
    for operation, percent in OPERATIONS.items():
        assert abs(100 * mix[operation] / COUNT - percent) < 3, operation
