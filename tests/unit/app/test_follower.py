"""What ends a reading, where Kafka's client does not say it by an error of its own."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

import app.follower
from app.follower import Follower


class Client:
    """A consumer that is cut off, and lets out its own cancelled task when it is closed."""

    def __init__(self, **_: Any) -> None: ...

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        raise asyncio.CancelledError

    def assign(self, partitions: Any) -> None: ...

    async def getmany(self, **_: Any) -> None:
        raise ConnectionResetError


def test_a_client_that_cancels_itself_is_an_unreachable_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.follower, "AIOKafkaConsumer", Client)
    with pytest.raises(KafkaConnectionError):
        asyncio.run(Follower(print).follow([], "group"))


def test_who_cancels_it_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.follower, "AIOKafkaConsumer", Client)
    monkeypatch.setattr(Client, "getmany", lambda _, **__: asyncio.sleep(60))

    async def case() -> None:
        task = asyncio.create_task(Follower(print).follow([], "group"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(case())
