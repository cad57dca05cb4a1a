"""A worker may end in any way at any time: what is counted stays exact."""

import asyncio
import json
import operator
import signal

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from kafka_client import aiokafka_options
from settings import Database, settings
from tests.items import assert_items_are_exact
from tests.pipeline import (
    TOPICS,
    assert_exact,
    execute,
    generate,
    load,
    metrics,
    read,
    samples,
    wait_until,
    wait_until_more_is_counted,
    wait_until_shared_by,
    worker,
)

CHANGELOG = "instashop-transaction_totals-changelog"


def test_a_plain_run_is_exact() -> None:
    with worker():
        generate(events=3_000)
        assert execute(Database.ECOMMERCE, "DELETE FROM shipment WHERE status = 'returned'")  # which the shop keeps
        assert execute(Database.INSTASHOP, "UPDATE product SET category = 'vintage' WHERE id % 3 = 0")
        assert execute(Database.INSTASHOP, "DELETE FROM transactiondetail WHERE id % 9 = 0")  # of another category
        generate(events=500)
        assert_exact()
        assert_items_are_exact()

        by_topic = metrics("events")["by_topic"]
        assert by_topic.keys() == set(TOPICS)
        seen = {(topic, outcome): count for topic in by_topic for outcome, count in by_topic[topic].items()}
        wait_until(lambda: scraped() == {labels: count for labels, count in seen.items() if count})
        for topic, outcomes in by_topic.items():  # the load is as mixed as it has to be
            assert all(outcomes[outcome] > 0 for outcome in ("create", "update", "delete")), topic


def scraped() -> dict[tuple[str, str], float]:
    """Return what Prometheus sees of the events, by topic and outcome."""
    return {
        (sample.labels["topic"], sample.labels["outcome"]): sample.value
        for sample in samples()
        if sample.name == "instashop_events" and sample.value
    }


def test_three_kills_in_the_middle_of_the_load() -> None:
    with load() as shop:
        for category in ("vintage", "retro", "vintage"):
            victim = worker()
            wait_until_more_is_counted()
            assert execute(Database.INSTASHOP, f"UPDATE product SET category = '{category}' WHERE id % 3 = 0")  # noqa: S608
            wait_until_more_is_counted()
            victim.kill()
            assert shop.runs
        with worker():
            wait_until_more_is_counted()
            shop.stop()
            assert_exact()
    assert_items_are_exact()


def test_a_backlog_that_many_workers_die_over() -> None:
    """One as soon as Redis shows something of it, which comes before it is written down; one once something was."""
    with worker():
        assert_exact()
    generate(events=3_000)
    victim = worker()
    wait_until_more_is_counted(events=1)
    victim.kill()
    generate(events=3_000)
    before = asyncio.run(ends())
    victim = worker()
    wait_until(lambda: asyncio.run(ends()) > before)
    victim.kill()
    with worker():
        assert_exact()


def test_two_workers_of_which_one_dies_and_one_leaves() -> None:
    with load() as shop, worker() as first:
        second = worker()
        wait_until_shared_by(2)
        wait_until_more_is_counted()
        second.kill()
        with worker() as third:
            wait_until_shared_by(2)
            wait_until_more_is_counted()
            first.stop(signal.SIGTERM)
            wait_until_more_is_counted()
            with worker():
                wait_until_shared_by(2)
                wait_until_more_is_counted()
                shop.stop()
                assert_exact()
            assert third.runs
    assert_items_are_exact()


def test_a_worker_that_was_frozen_while_another_took_over_does_no_harm() -> None:
    with load() as shop, worker() as frozen, worker():
        wait_until_shared_by(2)
        wait_until_more_is_counted()
        frozen.process.send_signal(signal.SIGSTOP)
        wait_until_shared_by(1)
        wait_until_more_is_counted()
        frozen.process.send_signal(signal.SIGCONT)
        wait_until_shared_by(2)
        wait_until_more_is_counted()
        shop.stop()
        assert_exact()


def test_a_worker_died_between_a_partitions_position_and_its_partials() -> None:
    with worker():
        generate(events=100)
        assert_exact()
    generate(events=300)
    asyncio.run(write_positions_alone())
    with worker():
        assert_exact()


def test_what_was_sent_late_is_followed_by_the_newest_again() -> None:
    """Else compaction would keep what was late."""
    with worker():
        for _ in range(2):  # so that partials are written more than once
            generate(events=100)
            assert_exact()
    assert asyncio.run(send_late())
    with worker():
        wait_until(lambda: operator.eq(*asyncio.run(last_and_newest())))
        assert_exact()


async def ends() -> int:
    """Return how many records the changelog has ever had, in all partitions."""
    async with AIOKafkaConsumer(**aiokafka_options()) as consumer:
        partitions = [TopicPartition(CHANGELOG, number) for number in range(settings().partitions)]
        return sum((await consumer.end_offsets(partitions)).values())


async def send_late() -> int:
    """Send again what each partial was before it became what it is, and return how many did."""
    _, newest = await last_and_newest()
    late = {record.key: record for record in await read(CHANGELOG) if json.loads(record.value)[0] < newest[record.key]}
    async with AIOKafkaProducer(**aiokafka_options()) as producer:
        for key, record in late.items():
            await producer.send_and_wait(CHANGELOG, record.value, key, record.partition)
    return len(late)


async def last_and_newest() -> tuple[dict[bytes, int], dict[bytes, int]]:
    """Return the last and the newest position of each partial, of which the key says the partition."""
    positions: dict[bytes, list[int]] = {}
    for record in await read(CHANGELOG):
        positions.setdefault(record.key, []).append(json.loads(record.value)[0])
    return {key: each[-1] for key, each in positions.items()}, {key: max(each) for key, each in positions.items()}


async def write_positions_alone() -> None:
    """Leave in the changelogs what a worker leaves that dies as soon as it begins to write down a batch of all."""
    async with AIOKafkaProducer(**aiokafka_options()) as producer:
        for topic in TOPICS:
            changelog = f"instashop-{topic}_totals-changelog"
            last = {record.partition: record.offset for record in await read(topic)}
            positions = {
                record.partition: json.loads(record.value)
                for record in await read(changelog)
                if json.loads(record.key) == [record.partition]
            }
            for partition, (counted, snapshot, start, _) in positions.items():
                position = [last[partition], snapshot, start, counted]
                await producer.send_and_wait(
                    changelog, json.dumps(position).encode(), json.dumps([partition]).encode(), partition=partition
                )
