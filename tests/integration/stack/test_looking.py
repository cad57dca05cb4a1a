"""The commands with which an operator looks: what is wrong, which topics there are, what a message says."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from redis import Redis

from connectors import topics
from kafka_client import aiokafka_options
from settings import settings
from tests.pipeline import run

STACK = (sys.executable, "-m", "stack")


def test_the_doctor_of_nothing_says_so_line_by_line(tmp_path: Path) -> None:
    done = run(*STACK, "doctor", INSTASHOP_DATA=str(tmp_path), INSTASHOP_REDIS_URL="redis://127.0.0.1:2")
    assert done.returncode == 1
    assert done.stderr == ""
    for service in ("postgres", "kafka", "connect"):
        assert any(
            line.startswith(f"✗ {service}") and "python -m stack up" in line for line in done.stdout.splitlines()
        )
    assert "✗ redis" in done.stdout


@pytest.mark.usefixtures("stack")
def test_the_doctor_finds_services_that_run() -> None:
    done = run(*STACK, "doctor")
    for service in ("postgres", "redis", "kafka", "connect", "disk"):
        assert f"✓ {service}" in done.stdout
    assert done.returncode == int("✗" in done.stdout)


@pytest.mark.usefixtures("stack")
def test_what_redis_holds_is_listed_and_shown() -> None:
    with Redis.from_url(settings().redis_url) as redis:
        redis.set("metrics:looked_at", '{"count": 7}')
        redis.rpush("status:looked_at", '{"reason": "a"}', '{"reason": "b"}')
        assert {"metrics:looked_at", "status:looked_at"} <= {*run(*STACK, "metrics").stdout.split()}
        assert json.loads(run(*STACK, "metrics", "metrics:looked_at").stdout) == {"count": 7}
        assert run(*STACK, "metrics", "status:looked_at").stdout.count("reason") == 2
        assert "Redis holds no nothing" in run(*STACK, "metrics", "nothing").stderr
        redis.delete("metrics:looked_at", "status:looked_at")

    away = run(*STACK, "metrics", INSTASHOP_DASHBOARD_REDIS_URL="redis://127.0.0.1:2")
    assert away.returncode == 1
    assert away.stderr.count("\n") == 1
    assert away.stderr.startswith("Redis at 127.0.0.1:2 (INSTASHOP_DASHBOARD_REDIS_URL): ")


@pytest.mark.usefixtures("stack")
def test_topics_are_listed_and_their_messages_shown() -> None:
    topics.create({"looked_at": 2}, patience=30)
    assert "looked_at" in run(*STACK, "topics").stdout
    assert run(*STACK, "messages", "looked_at").stdout == ""
    asyncio.run(write("looked_at", b'{"op": "c"}', b"not JSON", None))
    shown = [json.loads(run(*STACK, "messages", "looked_at", "-n", "1").stdout)]
    assert shown == [{"partition": 1, "offset": 2, "headers": {"why": "a test"}, "key": {"id": 7}, "value": None}]
    assert run(*STACK, "messages", "looked_at", "-n", "3").stdout.count('"offset"') == 3

    unknown = run(*STACK, "messages", "nothing")
    assert unknown.returncode == 1
    assert unknown.stderr == "There is no topic nothing: python -m stack topics lists them.\n"


def test_kafka_away_is_one_clear_line() -> None:
    done = run(*STACK, "topics", INSTASHOP_KAFKA="127.0.0.1:1")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "INSTASHOP_KAFKA" in line


async def write(topic: str, *values: bytes | None) -> None:
    async with AIOKafkaProducer(**aiokafka_options()) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, b'{"id": 7}', partition=1, headers=[("why", b"a test")])
