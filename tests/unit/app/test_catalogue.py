"""What each product was called, whatever comes a second time, and from wherever it is heard first."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import app.catalogue
from app.catalogue import PRODUCTS, Catalogue, topic
from app.follower import Follower
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

    assert catalogue.at(7, 1) == B
    assert told == [(7, Version(1, B))]


def test_news_are_known_before_they_are_counted_and_told_nonetheless(told: list[Naming]) -> None:
    catalogue = Catalogue()

    catalogue.read(changed(A, since=1))
    assert catalogue.at(7, 1) == A

    asyncio.run(catalogue.learn([(7, Version(1, A))]))
    assert told == [(7, Version(1, A))]


names_in_order = st.lists(st.tuples(st.integers(0, 5), st.sampled_from([A, B])), min_size=1, max_size=8).map(
    lambda names: sorted(names, key=lambda each: each[0])
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=names_in_order, data=st.data())
def test_who_learns_and_who_reads_know_the_same_in_whatever_order_it_comes(
    told: list[Naming], names: list[tuple[int, Named]], data: Any
) -> None:
    """What is committed was learned, batch by batch, and more may have been; the rest is read as it was changed."""
    told.clear()
    committed = data.draw(st.integers(0, len(names)), "committed")
    counted = data.draw(st.integers(committed, len(names)), "counted")
    teacher, catalogue = Catalogue(), Catalogue()
    learned = [(7, Version(*each)) for each in names[:counted]]
    while learned:
        size = data.draw(st.integers(1, len(learned)), "batch")
        asyncio.run(teacher.learn(learned[:size]))
        learned = learned[size:]
    tellings = [record(topic.get_topic_name(), [7, version.since], [*version.value]) for _, version in told]
    changes = [changed(name, since) for since, name in names[committed:]]

    ahead = data.draw(st.lists(st.booleans()), "which is read next")
    for told_next in ahead + [True] * len(tellings) + [False] * len(changes):
        if queue := tellings if told_next else changes:
            catalogue.read(queue.pop(0))

    for moment in range(7):
        assert catalogue.at(7, moment) == in_force(names, moment)
        assert teacher.at(7, moment) == in_force(names[:counted], moment)


def in_force(names: list[tuple[int, Named]], moment: int) -> Named | None:
    """Return the last name that was given until then, else the last of those that were given first."""
    until_then = [name for since, name in names if since <= moment]
    first = [name for since, name in names if since == names[0][0]]
    return [None, *(until_then or first)][-1]


def test_what_others_told_is_not_told_again(told: list[Naming]) -> None:
    catalogue = Catalogue()

    catalogue.read(record(topic.get_topic_name(), [7, 1], [*A]))
    asyncio.run(catalogue.learn([(7, Version(1, A))]))

    assert catalogue.at(7, 1) == A
    assert not told


def test_a_record_that_says_nothing_of_a_name_changes_none() -> None:
    catalogue = Catalogue()
    catalogue.read(changed(A, since=1))
    before = {"id": 7, "name": "B", "category": "B"}
    deletion = {"op": "d", "before": before, "after": None, "source": {"lsn": 1, "ts_ms": 5}}

    catalogue.read(record(PRODUCTS, None, None))
    catalogue.read(record(PRODUCTS, None, {"op": "?"}))
    catalogue.read(record(PRODUCTS, None, deletion))

    assert catalogue.at(7, 9) == A


def test_a_reading_that_begins_anew_begins_with_nothing_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was committed since the former one was seen by that, or stands in the catalogue alone."""

    async def nothing(*_: object, **__: object) -> None: ...

    monkeypatch.setattr(type(topic), "maybe_declare", nothing)
    monkeypatch.setattr(Follower, "follow", nothing)
    catalogue = Catalogue()
    catalogue.read(changed(A, since=5))

    asyncio.run(catalogue.follow())
    assert catalogue.at(7, 5) is None
