"""The commands with which an operator looks: what is wrong, which topics there are, what a message says."""

import asyncio
import json
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from redis import Redis

from connectors import topics
from connectors.unseen import count
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
    for service in ("postgres", "redis", "redis writes", "kafka", "connect", "disk"):
        assert f"✓ {service}\n" in done.stdout
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


@pytest.mark.usefixtures("stack")
def test_the_doctor_tells_a_redis_that_refuses_from_one_that_is_away() -> None:
    with Redis.from_url(settings().redis_url) as redis:
        redis.config_set("maxmemory", 1)
        try:
            said = run(*STACK, "doctor").stdout
        finally:
            redis.config_set("maxmemory", 0)
    (line,) = [line for line in said.splitlines() if "redis writes" in line]
    assert line.startswith("✗ redis writes")
    assert "refuses: OOM command not allowed" in line
    assert "✓ redis\n" in said


@pytest.mark.usefixtures("stack")
def test_dead_letters_are_listed_by_reason_and_shown_and_then_seen() -> None:
    topics.create({topics.DEAD_LETTERS: settings().partitions}, 30, topics.OF_THE_APP[topics.DEAD_LETTERS])
    run(*STACK, "dead-letters", "--seen")
    topic = f"looked_at_{uuid4().hex}"  # others may have been looked at in an earlier run
    assert asyncio.run(count()) == 0
    asyncio.run(reject(topic, "not JSON", 5, 6))
    asyncio.run(reject(topic, "no such field", 7))

    assert [topic, "not JSON", "2", "2"] in listed_letters()
    assert [topic, "no such field", "1", "1"] in listed_letters()
    assert "✗ dead letters  3 records" in run(*STACK, "doctor").stdout

    letter = json.loads(run(*STACK, "dead-letters", "--show", f"{topic}:1:6").stdout)
    assert letter["key"] == {"id": 6}
    assert letter["value"] == "not JSON at all"
    assert letter["headers"] == {"topic": topic, "partition": "1", "offset": "6", "reason": "not JSON"}
    own = f"{topics.DEAD_LETTERS}:{letter['partition']}:{letter['offset']}"
    assert json.loads(run(*STACK, "dead-letters", "--show", own).stdout) == letter
    unknown = run(*STACK, "dead-letters", "--show", f"{topic}:0:6")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 1)
    assert f"There is no dead letter of {topic}:0:6" in unknown.stderr

    told = run(*STACK, "dead-letters").stdout
    asyncio.run(reject(topic, "came later", 8))
    until = told.split("--seen-until ")[1].strip()
    assert run(*STACK, "dead-letters", "--seen-until", until).stdout == "3 dead letters are marked as seen.\n"
    assert asyncio.run(count()) == 1
    assert [topic, "came later", "1", "1"] in listed_letters()
    assert run(*STACK, "dead-letters", "--seen").stdout.endswith("1 dead letters are marked as seen.\n")
    assert asyncio.run(count()) == 0
    assert [row[3] for row in listed_letters() if row[0] == topic] == ["0", "0", "0"]


def test_kafka_away_is_one_clear_line() -> None:
    done = run(*STACK, "topics", INSTASHOP_KAFKA="127.0.0.1:1")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "INSTASHOP_KAFKA" in line


async def write(topic: str, *values: bytes | None) -> None:
    async with AIOKafkaProducer(**aiokafka_options()) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, b'{"id": 7}', partition=1, headers=[("why", b"a test")])


async def reject(topic: str, reason: str, *offsets: int) -> None:
    """Write dead letters as the worker does."""
    async with AIOKafkaProducer(**aiokafka_options()) as producer:
        for offset in offsets:
            headers = {"topic": topic, "partition": "1", "offset": f"{offset}", "reason": reason}
            await producer.send_and_wait(
                topics.DEAD_LETTERS,
                b"not JSON at all",
                b'{"id": %d}' % offset,
                headers=[(name, value.encode()) for name, value in headers.items()],
            )


def listed_letters() -> list[list[str]]:
    """Return topic, reason, records and unseen ones of each row that the command lists."""
    listed = run(*STACK, "dead-letters", COLUMNS="200").stdout
    return [[cell.strip() for cell in line.split("│")][1:5] for line in listed.splitlines() if line.startswith("│")]
