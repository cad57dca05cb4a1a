"""``faust -A app …`` where something is wrong outside: one clear line each, and never a stack trace."""

import signal

import pytest
from redis import Redis

from settings import Settings, settings
from tests.pipeline import FAUST, Background, assert_exact, connectors, metrics, reconcile, run, wait_until, worker

NOBODY = "127.0.0.1:1"


def one_line(said: str) -> str:
    """Return what a command said, which has to be one line."""
    (line,) = said.splitlines()
    return line


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("INSTASHOP_KAFKA", "nonsense"),
        ("INSTASHOP_REDIS_URL", "http://someone:secret@127.0.0.1"),
        ("INSTASHOP_PARTITIONS", "abc"),
        ("INSTASHOP_PARTITIONS", "0"),
    ],
)
@pytest.mark.usefixtures("stack")
def test_a_wrong_setting_is_named(variable: str, value: str) -> None:
    done = run(FAUST, "-A", "app", "worker", **{variable: value})

    assert done.returncode == 1
    assert variable in one_line(done.stderr)
    assert "secret" not in done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "service"),
    [
        ("INSTASHOP_DB_CRM", f"postgresql://someone:secret@{NOBODY}/crm_db", "PostgreSQL"),
        ("INSTASHOP_CDC_PASSWORD", "secret", "PostgreSQL"),
        ("INSTASHOP_DB_ERP", "nonsense", "PostgreSQL"),
        ("INSTASHOP_REDIS_URL", f"redis://someone:secret@{NOBODY}/0", "Redis"),
    ],
)
@pytest.mark.usefixtures("stack")
def test_reconcile_names_what_it_cannot_ask(variable: str, value: str, service: str) -> None:
    done = run(FAUST, "-A", "app", "reconcile", **{variable: value})

    assert done.returncode == 1
    assert service in one_line(done.stderr)
    assert variable in done.stderr
    assert "secret" not in done.stderr


def test_reconcile_names_the_password_of_redis_that_is_wrong(stack: Settings) -> None:
    user, _, address = stack.redis_url.rpartition("@")
    url = f"{user.rpartition(':')[0]}:secret@{address}"

    done = run(FAUST, "-A", "app", "reconcile", INSTASHOP_REDIS_URL=url)

    assert done.returncode == 1
    assert "INSTASHOP_REDIS_URL" in one_line(done.stderr)
    assert "secret" not in done.stderr


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("stack")
def test_a_worker_waits_for_kafka_and_says_so_at_every_try(how: signal.Signals) -> None:
    with Background(FAUST, "-A", "app", "worker", INSTASHOP_KAFKA=NOBODY) as waiting:
        wait_until(lambda: len(waiting.said("does not answer")) > 1)
        waiting.stop(how)

    for line in waiting.said(" WARNING "):
        assert f"Kafka at {NOBODY} (INSTASHOP_KAFKA) does not answer" in line
    assert not waiting.said("Traceback")


def test_a_worker_says_that_a_topic_has_too_few_partitions(pipeline: Settings) -> None:
    environment = {"INSTASHOP_LOG_LEVEL": "warning", "INSTASHOP_PARTITIONS": str(pipeline.partitions + 1)}
    done = run(FAUST, "-A", "app", "worker", **environment)

    assert done.returncode == 1
    assert f"has {pipeline.partitions} partitions, not {pipeline.partitions + 1}" in one_line(done.stderr)
    assert "INSTASHOP_PARTITIONS" in done.stderr


@pytest.mark.usefixtures("pipeline")
def test_reconcile_names_a_number_that_is_not_sqls() -> None:
    with worker(), Redis.from_url(settings().redis_url) as redis:
        assert_exact()
        total = metrics("revenue")["total"]
        redis.hincrby("mirror:totals:revenue", '["total_cents"]', 1)
        try:
            wait_until(lambda: metrics("revenue")["total"] != total)
            done = reconcile(timeout=3)
        finally:
            redis.flushall()
        assert done.returncode == 1
        assert "revenue total" in done.stdout
        assert "0.01" in done.stdout
        assert_exact()


@pytest.fixture(scope="module")
def pipeline(stack: Settings) -> Settings:
    connectors()
    return stack
