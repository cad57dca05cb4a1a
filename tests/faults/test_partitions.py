"""Topics get more partitions while the shop is busy: what came before stays counted, and what comes after is, too."""

import asyncio
import sys
from collections.abc import Collection, Iterator

import pytest

from connectors.topics import admin
from settings import settings
from stack.topics import topics
from tests.pipeline import (
    TOPICS,
    assert_exact,
    connectors,
    load,
    run,
    wait_until_more_is_counted,
    worker,
)

MORE = settings().partitions + 2
ENVIRONMENT = {"INSTASHOP_PARTITIONS": str(MORE)}
EXTEND = (sys.executable, "-m", "connectors", "partitions")


@pytest.fixture
def topics_of_its_own() -> Iterator[None]:
    """Forget the topics afterwards: Kafka takes no partition away."""
    yield
    connectors("delete")
    asyncio.run(delete(partitions()))


def partitions() -> dict[str, int]:
    """Return how many partitions each topic has, but those of Kafka and of Connect."""
    there = asyncio.run(topics())
    return {topic.name: topic.partitions for topic in there if not topic.name.startswith(("_", "connect-"))}


async def delete(names: Collection[str]) -> None:
    async with admin() as client:
        await client.delete_topics([*names])


@pytest.mark.usefixtures("topics_of_its_own")
def test_more_partitions_under_load() -> None:
    with load() as shop:
        with worker():
            wait_until_more_is_counted()
            refused = run(*EXTEND, "--timeout", "1", **ENVIRONMENT)
            assert refused.returncode == 1
            assert "Stop the workers first: group instashop has 1 of them" in refused.stderr

        done = run(*EXTEND, **ENVIRONMENT)
        assert done.returncode == 0, done.stderr
        counts = partitions()
        kept = {topic for topic in counts if topic.startswith("instashop-")} - {"instashop-__assignor-__leader"}
        assert len(kept) == len(TOPICS) + 1  # the tables, and the catalogue
        assert {counts[topic] for topic in {*TOPICS, "transaction_items", "dead_letters", *kept}} == {MORE}

        with worker(**ENVIRONMENT), worker(**ENVIRONMENT):
            wait_until_more_is_counted()
            shop.stop()
            assert_exact()

    fewer = run(*EXTEND)
    assert fewer.returncode == 1
    assert f"Kafka takes no partitions away, to leave {settings().partitions}: " in fewer.stderr
