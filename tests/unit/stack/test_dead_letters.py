"""Which dead letters are marked as seen, and that reading them ends."""

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition

from connectors.errors import LateError
from connectors.topics import DEAD_LETTERS
from connectors.unseen import first_unseen
from stack import dead_letters
from stack.dead_letters import read, to_mark, understood, written
from stack.errors import StackError

ENDS = {0: 17, 1: 4, 10: 0}


def test_the_ends_of_a_list_are_written_so_that_they_are_understood() -> None:
    assert written(ENDS) == "0:17,1:4,10:0"
    assert understood(written(ENDS)) == ENDS


@pytest.mark.parametrize("text", ["", "17", "0:17,", "0:-1", "a:1", "0:1;1:2"])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(StackError, match="PARTITION:OFFSET"):
        understood(text)


def test_what_came_since_the_list_is_not_marked() -> None:
    assert to_mark({0: 5, 1: 4, 10: 0}, {0: 19, 1: 4, 10: 1}, ENDS) == {0: 17}


def test_what_is_seen_already_stays_seen() -> None:
    assert to_mark({0: 18}, {0: 19}, {0: 17}) == {}


def test_a_topic_that_does_not_reach_so_far_is_not_marked() -> None:
    with pytest.raises(StackError, match="end before 0:17"):
        to_mark({0: 0}, {0: 2}, {0: 17})


@pytest.mark.parametrize(("committed", "first"), [(None, 3), (2, 3), (5, 5), (9, 9), (10, 3)])
def test_of_a_topic_that_was_made_anew_nothing_was_seen(committed: int | None, first: int) -> None:
    assert first_unseen(3, 9, committed) == first


class Silent:
    """A consumer whose Kafka has died: it answers with nothing, for ever."""

    def __init__(self) -> None:
        self.asked = 0

    def assign(self, partitions: Any) -> None:
        pass

    def seek(self, partition: TopicPartition, offset: int) -> None:
        pass

    async def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    async def position(self, _partition: TopicPartition) -> int:
        return 3

    async def getmany(self, **_options: int) -> dict[TopicPartition, Any]:
        self.asked += 1
        assert self.asked < 9
        return {}


def test_reading_ends_if_kafka_dies_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_letters, "monotonic", iter(range(0, 900, 10)).__next__)

    async def read_all() -> list[Any]:
        silent: Any = Silent()
        return [each async for each in read(silent, {TopicPartition(DEAD_LETTERS, 0): 7}, lambda *_: None)]

    with pytest.raises(LateError, match="nothing for 30 s"):
        asyncio.run(read_all())
