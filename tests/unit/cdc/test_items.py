"""What becomes of an order line, as items that are added and retracted."""

import json
from typing import Any

import pytest

from cdc import ChangeDecoder
from cdc.items import Item, Named, OrderLine, items

LINE = {
    "id": 4,
    "transaction_id": 7,
    "product_id": 5,
    "quantity": 3,
    "unit_price": "19.99",
    "created_at": "2026-11-24T12:00:00Z",
}
MORE = LINE | {"quantity": 4}


def made(op: str, before: Any = None, after: Any = None) -> list[Item]:
    event = {"op": op, "before": before, "after": after, "source": {"lsn": 1, "ts_ms": 1_000}}
    decoded = ChangeDecoder(OrderLine)(json.dumps(event).encode())
    return list(items(decoded, "2:30", lambda line: Named(f"product {line.product_id}", "toys")))


def test_a_new_line_is_added() -> None:
    assert made("c", after=LINE) == [
        Item("4:2:30:+", 4, 7, 5, "product 5", "toys", 3, 5_997, sign=1, op="c", ts_ms=1_000)
    ]


@pytest.mark.parametrize(
    ("op", "before", "after", "expected"),
    [
        ("r", None, LINE, [("4:2:30:+", 3)]),
        ("u", LINE, MORE, [("4:2:30:-", 3), ("4:2:30:+", 4)]),
        ("d", LINE, None, [("4:2:30:-", 3)]),
        ("reset", None, None, []),
    ],
)
def test_a_change_retracts_what_was_and_adds_what_is(op: str, before: Any, after: Any, expected: list[Any]) -> None:
    found = made(op, before, after)
    assert [(item.id, item.quantity) for item in found] == expected
    assert [item.sign for item in found] == [-1 if item.id.endswith("-") else 1 for item in found]
