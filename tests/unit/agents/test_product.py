"""When products are learned."""

import asyncio
import json

import pytest
from aiokafka import ConsumerRecord

from agents import product
from app.batch import Batch
from app.catalogue import Catalogue
from cdc.items import Named
from cdc.products import Naming
from cdc.versions import Version


@pytest.mark.parametrize("told_before", [False, True])
def test_products_are_learned_once_it_is_known_what_was(monkeypatch: pytest.MonkeyPatch, told_before: bool) -> None:
    learned: list[Naming] = []

    async def was_told_before(_: Catalogue, batch: Batch) -> bool:
        assert batch
        return told_before

    async def learn(_: Catalogue, seen: list[Naming]) -> None:
        learned.extend(seen)

    monkeypatch.setattr(Catalogue, "was_told_before", was_told_before)
    monkeypatch.setattr(Catalogue, "learn", learn)

    assert asyncio.run(product.learn(Batch([launched(5)]))) == told_before
    assert learned == ([(5, Version(1_000, Named("bear", "toys")))] if told_before else [])


def launched(product_id: int) -> ConsumerRecord:
    after = {"id": product_id, "name": "bear", "category": "toys"}
    change = {"op": "c", "before": None, "after": after, "source": {"lsn": 1, "ts_ms": 1_000}}
    return ConsumerRecord("product", 0, 0, 0, 0, None, json.dumps(change).encode(), None, 0, 0, ())
