"""Faults of the running pipeline, injected together: doctor names each with its cause, and an alert's number moves."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis

from settings import Database, settings
from tests.integration.connectors.probe import query
from tests.pipeline import FAUST, Background, assert_exact, generate, run, samples, status, wait_until, worker

WORKER_ROLE = "instashop"


def doctor() -> dict[str, str]:
    """Return what doctor finds wrong, by part."""
    done = run(sys.executable, "-m", "stack", "doctor")
    lines = [line.split(maxsplit=2) for line in done.stdout.splitlines() if line.startswith("✗")]
    return {part: text for _, part, text in lines}


def watch() -> Background:
    return Background(sys.executable, "-m", "connectors", "watch", INSTASHOP_RECONCILE_EVERY="0")


@contextmanager
def a_connector_that_stands_still() -> Iterator[None]:
    """Freeze what PostgreSQL sends to one connector: to Connect it runs, and its slot is active."""
    [(sender,)] = query(Database.CRM, "SELECT active_pid FROM pg_replication_slots WHERE slot_name = 'crm_cdc'")
    os.kill(sender, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(sender, signal.SIGCONT)


@contextmanager
def a_redis_that_refuses_scripts() -> Iterator[None]:
    """Take from the pipeline's user what its mirror writes with."""
    with Redis.from_url(settings().redis_url) as redis:
        redis.acl_setuser(WORKER_ROLE, enabled=True, categories=["+@all"], commands=["-eval"])
        try:
            yield
        finally:
            redis.acl_setuser(WORKER_ROLE, enabled=True, categories=["+@all"], commands=["+eval"])


def crash_a_worker() -> None:
    """Start a worker that cannot work here, as a supervisor would do again and again."""
    assert run(FAUST, "-A", "app", "worker", INSTASHOP_PARTITIONS="3").returncode == 1


def sample(name: str, **labels: str) -> float:
    """Return the greatest value that Prometheus sees of a metric; 0 where it sees none."""
    found = [each.value for each in samples() if each.name == name and labels.items() <= each.labels.items()]
    return max(found, default=0.0)


def test_each_fault_is_named_with_its_cause_and_goes_away_with_it() -> None:
    with worker(), watch():
        generate(events=200)
        assert_exact()
        wait_until(lambda: not {"connectors", "mirror", "worker", "topics"} & doctor().keys())
        with a_connector_that_stands_still(), a_redis_that_refuses_scripts():
            for _ in range(3):
                crash_a_worker()
            wait_until(lambda: {"connectors", "mirror", "worker"} <= doctor().keys())
            found = doctor()
            assert "crm-connector" in found["connectors"]
            assert "NOPERM" in found["mirror"]
            assert "3" in found["worker"]
            wait_until(lambda: sample("instashop_heartbeat_age_seconds", connector="crm-connector") > 20)
            assert sample("instashop_worker_crashes") >= 3
            assert sample("instashop_mirror_refused") == 1
        wait_until(lambda: not {"connectors", "mirror"} & doctor().keys())
        forget_the_crashes()
        wait_until(lambda: "worker" not in doctor())
        assert_exact()
        assert status("faust")["workers"][0]["mirror"]["refused"] is None


def forget_the_crashes() -> None:
    """Let five minutes pass, as far as the crashes are concerned."""
    with Redis.from_url(settings().redis_url) as redis:
        for each, at in redis.hgetall("mirror:starts").items():
            redis.hset("mirror:starts", each, int(at) - 300_000)
