"""What each product was called, whatever comes a second time, and from wherever it is heard first."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest
from aiokafka import ConsumerRecord

import app.catalogue
from app.catalogue import PRODUCTS, Catalogue, topic
from cdc.items import Named
from cdc.products import Naming
from cdc.versions import Version

A, B = Named("A", "toys"), Named("B", "toys")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Naming]:
    told: list[Naming] = []

    async def tell(news: Iterable[Naming]) -> None:
        told.extend(news)

    monkeypatch.setattr(app.catalogue, "_tell", tell)
    return told


def record(topic: str, key: Any, value: Any) -> ConsumerRecord:
    key, value = (None if each is None else json.dumps(each).encode() for each in (key, value))
    return ConsumerRecord(topic, 0, 0, 0, 0, key, value, None, 0, 0, ())


def changed(name: Named, since: int) -> ConsumerRecord:
    after = {"id": 7, "name": name.product, "category": name.category}
    return record(PRODUCTS, None, {"op": "c", "before": None, "after": after, "source": {"lsn": 1, "ts_ms": since}})


def test_of_two_names_of_one_millisecond_the_later_wins_also_when_both_come_again(told: list[Naming]) -> None:
    catalogue = Catalogue()
    batch = [(7, Version(1, A)), (7, Version(1, B))]

    for _ in range(2):
        asyncio.run(catalogue.learn(batch))

    assert catalogue.products.at(7, 1) == B
    assert told == [(7, Version(1, B))]


def test_news_are_known_before_they_are_counted_and_told_nonetheless(told: list[Naming]) -> None:
    catalogue = Catalogue()

    catalogue.read(changed(A, since=1))
    assert catalogue.products.at(7, 1) == A

    asyncio.run(catalogue.learn([(7, Version(1, A))]))
    assert told == [(7, Version(1, A))]


def test_what_others_told_is_not_told_again(told: list[Naming]) -> None:
    catalogue = Catalogue()

    catalogue.read(record(topic.get_topic_name(), [7, 1], [*A]))
    asyncio.run(catalogue.learn([(7, Version(1, A))]))

    assert catalogue.products.at(7, 1) == A
    assert not told


def test_a_record_that_says_nothing_of_a_name_changes_none() -> None:
    catalogue = Catalogue()
    catalogue.read(changed(A, since=1))
    before = {"id": 7, "name": "B", "category": "B"}
    deletion = {"op": "d", "before": before, "after": None, "source": {"lsn": 1, "ts_ms": 5}}

    catalogue.read(record(PRODUCTS, None, None))
    catalogue.read(record(PRODUCTS, None, {"op": "?"}))
    catalogue.read(record(PRODUCTS, None, deletion))

    assert catalogue.products.at(7, 9) == A


def test_nothing_is_current_that_nobody_reads() -> None:
    assert not asyncio.run(Catalogue().is_current())
