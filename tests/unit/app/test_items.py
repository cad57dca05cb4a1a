"""When an order line is sent, and as what."""

import asyncio
import json
from collections.abc import Iterable
from typing import cast

import pytest
from aiokafka import ConsumerRecord
from faust.types import TP

import app.items
from app.batch import Batch
from app.catalogue import Catalogue
from app.items import PATIENCE, Items
from cdc.items import Item, Named

TOYS = Named("bear", "toys")


class Clock:
    """The monotonic clock, as the test sets it."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Known(dict[int, Named]):
    """A catalogue of products that never changed their names."""

    is_read = True

    async def knows_before(self, batch: Batch) -> bool:
        assert batch
        return self.is_read

    def at(self, product_id: int, moment: int) -> Named | None:
        assert moment == 1_795_780_800_000
        return self.get(product_id)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Item]:
    sent: list[Item] = []

    async def send(partition: int, made: Iterable[Item]) -> None:
        assert partition == 3
        sent.extend(made)

    monkeypatch.setattr(app.items, "_send", send)
    return sent


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(app.items, "monotonic", clock)
    return clock


def batch(product_id: int, offset: int = 30) -> Batch:
    line = {
        "id": 4,
        "transaction_id": 7,
        "product_id": product_id,
        "quantity": 3,
        "unit_price": "19.99",
        "created_at": "2026-11-27T12:00:00Z",
    }
    change = {"op": "c", "before": None, "after": line, "source": {"lsn": 1, "ts_ms": 1_000}}
    made = Batch([ConsumerRecord("", 3, offset, 0, 0, None, json.dumps(change).encode(), None, 0, 0, ())])
    made.tp = TP("transactiondetail", 3)
    return made


def test_nothing_is_sent_before_the_products_are_read_however_long_that_takes(sent: list[Item], clock: Clock) -> None:
    known = Known({5: TOYS})
    items = Items(cast(Catalogue, known))

    known.is_read = False
    for clock.now in (0, PATIENCE * 2):
        assert not asyncio.run(items.send(batch(5)))
    assert not sent

    known.is_read = True
    assert asyncio.run(items.send(batch(5)))
    assert [(item.id, item.product, item.category) for item in sent] == [("4:3:30:+", "bear", "toys")]


def test_an_unknown_product_is_waited_for_from_when_the_others_are_read(sent: list[Item], clock: Clock) -> None:
    known = Known()
    items = Items(cast(Catalogue, known))

    known.is_read = False
    assert not asyncio.run(items.send(batch(5)))
    known.is_read = True
    for clock.now in (PATIENCE, PATIENCE * 2 - 1):
        assert not asyncio.run(items.send(batch(5)))
    known[5] = TOYS
    assert asyncio.run(items.send(batch(5)))
    assert [item.product for item in sent] == ["bear"]


def test_what_does_not_come_is_unknown_and_not_waited_for_again(sent: list[Item], clock: Clock) -> None:
    items = Items(cast(Catalogue, Known()))

    assert not asyncio.run(items.send(batch(5)))
    clock.now = PATIENCE
    assert asyncio.run(items.send(batch(5)))
    assert asyncio.run(items.send(batch(5, offset=31)))
    assert [(item.id, item.product) for item in sent] == [("4:3:30:+", "unknown"), ("4:3:31:+", "unknown")]
