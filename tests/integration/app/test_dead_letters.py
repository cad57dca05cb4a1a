"""What could not be understood is to be seen in Redis, also where that was away meanwhile."""

import asyncio
import json

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as AwayError

import app.dead_letters
from app.dead_letters import KEPT, RECENT, Recent, Rejected
from settings import settings
from tests.unit.app.test_records import PARTITION, fetched

NOBODY = "redis://127.0.0.1:2"


def rejected(reason: str) -> Rejected:
    return Rejected.of(PARTITION, next(iter(fetched()._partition_records)), ValueError(reason))


@pytest.mark.usefixtures("stack")
def test_what_came_while_redis_was_away_is_shown_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    recent = Recent()

    async def case() -> list[str]:
        async with Redis.from_url(NOBODY) as away, Redis.from_url(settings().redis_url) as there:
            monkeypatch.setattr(app.dead_letters, "redis", away)
            for number in range(KEPT + 1):
                recent.add([rejected(f"reason {number}")])
                with pytest.raises(AwayError):
                    await recent.show()
            await there.delete(RECENT)
            monkeypatch.setattr(app.dead_letters, "redis", there)
            for _ in range(2):
                await recent.show()
            return [json.loads(shown)["reason"] for shown in await there.lrange(RECENT, 0, -1)]

    assert asyncio.run(case()) == [f"reason {number}" for number in range(KEPT, 0, -1)]
