"""What each product was called, whatever comes a second time."""

import asyncio
from collections.abc import Iterable

import pytest

import app.catalogue
from app.catalogue import Catalogue
from cdc.items import Named
from cdc.versions import Version

A, B = Named("A", "toys"), Named("B", "toys")


def test_of_two_names_of_one_millisecond_the_later_wins_also_when_both_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[tuple[int, Version[Named]]] = []

    async def tell(news: Iterable[tuple[int, Version[Named]]]) -> None:
        told.extend(news)

    monkeypatch.setattr(app.catalogue, "_tell", tell)
    catalogue = Catalogue()
    batch = [(7, Version(1, A)), (7, Version(1, B))]

    for _ in range(2):
        asyncio.run(catalogue.learn(batch))

    assert catalogue.at(7, 1) == B
    assert told == [(7, Version(1, B))]
