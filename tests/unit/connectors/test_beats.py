"""What is heard of Kafka, and what is not said while it is away."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from connectors.beats import Heard, Newest, for_ever

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
TOPICS = ("stock",)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def heard() -> Heard:
    heard = Heard()
    heard.answered(NOON)
    return heard


def test_a_heartbeat_that_is_old_and_newer_than_before_is_movement(heard: Heard) -> None:
    heard.beat(TOPICS, at(-3600), at(1))
    heard.beat(TOPICS, at(-3500), at(2))
    assert heard.newest(TOPICS) == Newest(at(-3500), at(2))


def test_one_that_is_read_again_is_none(heard: Heard) -> None:
    heard.beat(TOPICS, NOON, at(1))
    heard.beat(TOPICS, NOON, at(30))
    assert heard.newest(TOPICS) == Newest(NOON, at(1))


def test_a_large_transaction_is_movement_though_no_heartbeat_comes(heard: Heard) -> None:
    heard.beat(TOPICS, NOON, at(1))
    heard.end(TOPICS, 100, at(5))
    assert heard.newest(TOPICS) == Newest(NOON, at(1))  # it is not known if they grow
    heard.end(TOPICS, 90_000, at(30))
    heard.end(TOPICS, 90_000, at(35))
    assert heard.newest(TOPICS) == Newest(NOON, at(30))


def test_while_kafka_is_away_nothing_is_known_and_afterwards_each_has_its_time_again(heard: Heard) -> None:
    heard.beat(TOPICS, NOON, at(1))
    heard.away()
    assert heard.newest(TOPICS) is None
    heard.answered(at(60))
    heard.answered(at(65))
    assert heard.newest(TOPICS) == Newest(NOON, at(60))


def test_whatever_ends_a_round_is_logged_and_the_next_one_comes(caplog: pytest.LogCaptureFixture) -> None:
    rounds, fails = 0, 0

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 3:
            raise asyncio.CancelledError  # ends the test
        raise ValueError("no such field")

    def fail() -> None:
        nonlocal fails
        fails += 1

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(for_ever(work, fail, lambda: False, 0))
    assert (rounds, fails) == (3, 2)
    (record,) = caplog.records
    assert record.exc_info
    assert "no such field" in record.message
