"""The mirror on a real server: whatever order writes come in, the totals are those of the partitions' owners."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import RedisError

from app.documents import EMPTY, documents
from app.mirror import ADOPT, Mirror
from cdc import Change, Measures, PartitionPartials, Path, measure
from cdc.partials import POSITION, Entry
from settings import Settings, settings

TOPIC = "transaction"
PARTITIONS = 2
COUNT: Path = ("transactions", "count")
PAID: Path = ("transactions", "by_status", "paid")
REVENUE: Path = ("revenue", "total_cents")


def own_database() -> str:
    """Return the URL of a database of the server that nothing else uses."""
    return settings().redis_url.rpartition("/")[0] + "/9"


def empty_server() -> None:
    with Redis.from_url(own_database()) as redis:
        redis.flushdb()


class Worker:
    """A worker as far as the mirror sees it: the partials of the partitions that it believes to have."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.runner = runner
        self.redis = AsyncRedis.from_url(own_database())
        self.as_of_ms: dict[int, int] = {}
        self.mirror = Mirror(self.redis, "there", lambda _, partition: self.as_of_ms.get(partition))
        self.mirror.counts(TOPIC, PARTITIONS)
        self.partials: dict[int, PartitionPartials] = {}

    def take_over(self, partition: int, entries: dict[Path, Entry]) -> None:
        self.partials[partition] = PartitionPartials(entries)
        self.mirror.assigned(TOPIC, self.partials)

    def take_over_all(self) -> None:
        for partition in range(PARTITIONS):
            self.take_over(partition, {})

    def lose(self, partition: int) -> None:
        del self.partials[partition]
        self.mirror.assigned(TOPIC, self.partials)

    def count(self, partition: int, offset: int, difference: Measures) -> dict[Path, Entry]:
        partials = self.partials[partition]
        change = Change(offset, {measure(*path): amount for path, amount in difference.items()})
        self.mirror.changed(TOPIC, partition, partials, partials.fold([change]))
        entries = partials.take()
        partials.settle()
        return entries | {POSITION: list(partials.position)}

    def reset(self, partition: int, offset: int) -> None:
        """Count a reset, as before a new snapshot."""
        partials = self.partials[partition]
        self.mirror.changed(TOPIC, partition, partials, partials.fold([Change(offset, {}, is_reset=True)]))

    def adopt(self, owner: str) -> None:
        self.runner.run(self.redis.eval(ADOPT, 0, owner))  # type: ignore[arg-type]

    def write(self) -> None:
        self.runner.run(self.mirror.write())

    def write_heartbeat(self) -> None:
        self.mirror._check_all()
        self.write()

    def write_and_meanwhile(self, do: Callable[[], None]) -> None:
        """Write, and do something while the server is waited for."""

        async def write() -> None:
            writing = asyncio.create_task(self.mirror.write())
            await asyncio.sleep(0)
            do()
            await writing

        self.runner.run(write())

    def close(self) -> None:
        self.runner.run(self.redis.aclose())


@pytest.fixture
def runner(stack: Settings) -> Iterator[asyncio.Runner]:  # noqa: ARG001
    with asyncio.Runner() as runner:
        empty_server()
        yield runner
        empty_server()


@pytest.fixture
def workers(runner: asyncio.Runner) -> Iterator[tuple[Worker, Worker]]:
    workers = Worker(runner), Worker(runner)
    yield workers
    for worker in workers:
        worker.close()


def partials_held() -> Any:
    with Redis.from_url(own_database()) as redis:
        return redis.keys("mirror:partials:*")


def shown(document: str) -> Any:
    with Redis.from_url(own_database()) as redis:
        return json.loads(redis.get(f"metrics:{document}") or "{}")


def test_totals_are_sums_over_the_partitions_of_all_workers(workers: tuple[Worker, Worker]) -> None:
    for partition, worker in enumerate(workers):
        worker.take_over(partition, {})
        worker.count(partition, 5, {COUNT: 2, PAID: 1, REVENUE: 10**15 + 1})
        worker.write()

    assert shown("transactions")["count"] == 4
    assert shown("transactions")["by_status"] == {"paid": 2}
    assert shown("revenue")["total"] == "20000000000000.02"  # more than a double holds exactly


def test_what_an_older_worker_still_writes_is_refused(workers: tuple[Worker, Worker]) -> None:
    frozen, successor = workers
    frozen.take_over_all()
    frozen.write()
    written = frozen.count(0, 5, {COUNT: 2, PAID: 2})
    successor.take_over(0, written)
    successor.count(0, 9, {COUNT: 1, PAID: -1})
    successor.write()

    frozen.write()
    frozen.write()

    assert shown("transactions")["count"] == 3
    assert shown("transactions")["by_status"] == {"paid": 1}


def test_a_sum_of_some_partitions_is_not_shown_as_a_total(workers: tuple[Worker, Worker]) -> None:
    first, second = workers
    first.take_over(0, {})
    first.count(0, 5, {COUNT: 2})
    first.write()
    assert shown("transactions") == shown("dashboard") == {}

    second.take_over(1, {})
    second.count(1, 5, {COUNT: 3})
    second.write()
    assert shown("transactions")["count"] == 5


def test_a_document_is_as_old_as_its_oldest_partition(workers: tuple[Worker, Worker]) -> None:
    worker, _ = workers
    worker.take_over_all()
    worker.as_of_ms[0] = 2_000
    worker.write()
    assert shown("transactions")["as_of"] is None

    worker.as_of_ms[1] = 1_000
    worker.write_heartbeat()
    assert shown("transactions")["as_of"] == shown("dashboard")["as_of"] == "1970-01-01T00:00:01.000Z"

    worker.as_of_ms = {}  # as one that has just begun: what the partition is as of stays true
    worker.write_heartbeat()
    assert shown("transactions")["as_of"] == "1970-01-01T00:00:01.000Z"


def test_the_former_totals_stay_until_a_new_snapshot_is_counted(workers: tuple[Worker, Worker]) -> None:
    worker, _ = workers
    worker.take_over_all()
    worker.count(0, 5, {COUNT: 7})
    worker.as_of_ms = {0: 1_000, 1: 1_000}
    worker.write()
    assert shown("transactions")["count"] == 7

    worker.as_of_ms = {}
    worker.reset(0, 6)
    worker.count(0, 7, {COUNT: 1})
    worker.write_heartbeat()
    assert shown("transactions")["count"] == 7

    worker.count(0, 8, {COUNT: 7})
    worker.as_of_ms = {0: 9_000, 1: 9_000}
    worker.write_heartbeat()
    assert (shown("transactions")["count"], shown("transactions")["as_of"]) == (8, "1970-01-01T00:00:09.000Z")


def test_the_numbers_of_an_earlier_version_stay_until_this_one_has_caught_up(workers: tuple[Worker, Worker]) -> None:
    earlier, later = workers
    earlier.adopt("kafka-1 app-1")
    earlier.take_over_all()
    earlier.count(0, 5, {COUNT: 7})
    earlier.as_of_ms = {0: 1_000, 1: 1_000}
    earlier.write()

    later.adopt("kafka-1 app-2")
    later.take_over_all()
    later.count(0, 1, {COUNT: 1})
    later.write()
    assert shown("transactions")["count"] == 7

    later.count(0, 5, {COUNT: 8})
    later.as_of_ms = {0: 2_000, 1: 2_000}
    later.write_heartbeat()
    assert shown("transactions")["count"] == 9


def test_a_part_on_top_of_what_a_former_owner_wrote_into_an_emptied_server_is_refused(
    workers: tuple[Worker, Worker],
) -> None:
    frozen, successor = workers
    frozen.take_over_all()
    frozen.write()
    successor.take_over(0, {})
    successor.count(0, 5, {COUNT: 2})
    successor.write()
    empty_server()
    for worker in (frozen, frozen, successor, successor):
        worker.write_heartbeat()
    assert shown("transactions")["count"] == 2


def test_partials_that_a_crash_left_behind_are_not_shown_until_they_are_counted_again(
    workers: tuple[Worker, Worker],
) -> None:
    dead, successor = workers
    dead.take_over_all()
    written = dead.count(0, 5, {COUNT: 2})
    dead.as_of_ms = {0: 1_000, 1: 1_000}
    dead.count(0, 9, {COUNT: 3})
    dead.write()
    assert shown("transactions")["count"] == 5

    crashed = written | {POSITION: [9, *written[POSITION][1:]]}  # the new position was written down, and no partial
    successor.take_over(0, crashed)
    successor.write_heartbeat()
    assert shown("transactions")["count"] == 5

    successor.count(0, 9, {COUNT: 3})
    successor.write_heartbeat()
    assert shown("transactions")["count"] == 5


def test_documents_of_older_totals_are_refused(workers: tuple[Worker, Worker]) -> None:
    """A worker may read the totals, be held up, and publish when another has published newer ones."""
    slow, quick = workers
    slow.take_over(0, {})
    quick.take_over(1, {})
    slow.count(0, 1, {COUNT: 1})
    publish = slow.mirror._publish

    async def held_up(*arguments: Any) -> None:
        quick.count(1, 1, {COUNT: 1})
        await quick.mirror.write()
        await publish(*arguments)

    slow.mirror._publish = held_up  # type: ignore
    slow.write()

    assert shown("transactions")["count"] == 2


def test_a_partition_is_lost_during_a_write_that_finds_the_server_empty(workers: tuple[Worker, Worker]) -> None:
    worker, successor = workers
    for partition in (0, 1):
        worker.take_over(partition, {})
    worker.write()
    for partition in (0, 1):
        worker.count(partition, 1, {COUNT: 1})
    empty_server()

    worker.write_and_meanwhile(lambda: worker.lose(0))
    worker.write()
    assert shown("transactions") == {}

    successor.take_over(0, {})
    successor.write()
    assert shown("transactions")["count"] == 1


def test_an_emptied_server_never_shows_less_than_there_is(workers: tuple[Worker, Worker]) -> None:
    worker, _ = workers
    for partition in (0, 1):
        worker.take_over(partition, {})
        worker.count(partition, 1, {COUNT: 2})
    worker.write()
    empty_server()
    worker.count(0, 2, {COUNT: 1})  # and nothing in the other

    worker.write()
    assert shown("transactions") == {}
    worker.write()
    assert shown("transactions")["count"] == 5


@pytest.mark.parametrize(("others", "held"), [("kafka-1 app-1", 2), ("kafka-1 app-v2", 0), ("kafka-2 app-1", 0)])
def test_a_mirror_is_forgotten_where_it_is_of_another_kafka_or_version(
    workers: tuple[Worker, Worker], others: str, held: int
) -> None:
    first, second = workers
    first.adopt("kafka-1 app-1")
    for partition in (0, 1):
        first.take_over(partition, {})
    first.write()

    second.adopt(others)

    assert len(partials_held()) == held


def test_a_document_that_nothing_changes_in_is_left_as_it_is(workers: tuple[Worker, Worker]) -> None:
    worker, _ = workers
    worker.take_over_all()
    worker.write()
    stock, transactions = shown("stock"), shown("transactions")
    worker.count(0, 1, {COUNT: 1})
    worker.write()
    assert shown("stock") == stock
    assert shown("transactions")["updated_at"] > transactions["updated_at"]

    worker.write_heartbeat()
    assert shown("stock")["updated_at"] > stock["updated_at"]


def test_a_document_of_this_worker_alone_is_published_with_the_heartbeat_too(workers: tuple[Worker, Worker]) -> None:
    worker, _ = workers
    worker.take_over_all()
    worker.count(0, 1, {("returns", "count"): 3})
    worker.write()
    with Redis.from_url(own_database()) as redis:
        assert redis.delete("metrics:returns")

    worker.write_heartbeat()

    assert shown("returns")["count"] == 3


def test_a_document_that_could_not_be_published_is_published_with_the_next_write(
    workers: tuple[Worker, Worker],
) -> None:
    worker, _ = workers
    worker.take_over_all()
    worker.write()
    publish = worker.mirror._publish

    async def fails(*_: Any) -> None:
        raise RedisError

    worker.count(0, 1, {COUNT: 1})
    worker.mirror._publish = fails  # type: ignore
    with pytest.raises(RedisError):
        worker.write()
    worker.mirror._publish = publish  # type: ignore
    worker.count(0, 2, {REVENUE: 100})
    worker.write()

    assert shown("transactions")["count"] == 1
    assert shown("dashboard")["transactions"] == 1
    assert shown("revenue")["total"] == "1.00"


def test_who_joins_after_the_server_was_emptied_forgets_nothing(workers: tuple[Worker, Worker]) -> None:
    first, second = workers
    first.adopt("kafka-1 app-1")
    empty_server()
    first.take_over(0, {})
    first.write()

    second.adopt("kafka-1 app-1")

    assert partials_held()


class Mirrored(RuleBasedStateMachine):
    """Partitions that move from worker to worker, former owners that do not know it, and a server that forgets."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.workers = [Worker(self.runner) for _ in range(3)]
        self.owner: dict[int, Worker] = {}
        self.table: dict[int, dict[Path, Entry]] = {0: {}, 1: {}}
        self.truth: Counter[Path] = Counter()
        self.offset = 0

    @initialize()
    def begin(self) -> None:
        empty_server()
        for partition in self.table:
            self.move(partition, self.workers[0])

    def move(self, partition: int, worker: Worker) -> None:
        worker.take_over(partition, self.table[partition])
        self.owner[partition] = worker

    @rule(partition=st.integers(0, 1), number=st.integers(0, 2), informed=st.booleans(), written=st.booleans())
    def rebalance(self, partition: int, number: int, informed: bool, written: bool) -> None:
        """Where the former owner is not informed, it goes on to write what it last knew."""
        former, owner = self.owner[partition], self.workers[number]
        if informed and former is not owner:
            former.lose(partition)
        self.move(partition, owner)
        if written:
            self.write(number)

    @rule(
        partition=st.integers(0, 1),
        difference=st.dictionaries(st.sampled_from([COUNT, PAID, REVENUE]), st.integers(-2, 2), min_size=1),
        written=st.booleans(),
        forgotten=st.booleans(),
    )
    def count(self, partition: int, difference: Measures, written: bool, forgotten: bool) -> None:
        self.offset += 2
        self.table[partition] |= self.owner[partition].count(partition, self.offset, difference)
        self.truth.update(difference)
        if forgotten:
            empty_server()
        if written:
            self.write(self.workers.index(self.owner[partition]))

    @rule(number=st.integers(0, 2))
    def write(self, number: int) -> None:
        """Write what has changed, without a heartbeat: the documents that it changes show it, as do the others."""
        worker = self.workers[number]
        worker.write()
        if worker.mirror._whole:  # the server was emptied
            worker.write()
        made = documents(EMPTY, self.totals(), datetime.now(UTC))
        for name in ("transactions", "revenue", "dashboard"):
            if document := shown(name):  # nobody has published it yet since the server was emptied
                assert document | {"updated_at": ""} == made[name] | {"updated_at": ""}

    def totals(self) -> dict[str, dict[Path, int]]:
        with Redis.from_url(own_database()) as redis:
            return {
                name: {
                    tuple(json.loads(path)): int(total)
                    for path, total in redis.hgetall(f"mirror:totals:{name}").items()
                }
                for name in ("transactions", "revenue")
            }

    @rule()
    def server_forgets(self) -> None:
        empty_server()

    @invariant()
    def owners_have_the_last_word(self) -> None:
        """Each worker's heartbeat writes what it has: once to see that it is lost, and then whole."""
        for worker in [*self.workers, *self.workers]:
            worker.write_heartbeat()
        assert shown("transactions").get("count", 0) == self.truth[COUNT]
        assert Decimal(shown("revenue").get("total", 0)) * 100 == self.truth[REVENUE]
        totals = {(name, *path): total for name, fields in self.totals().items() for path, total in fields.items()}
        assert {path: n for path, n in totals.items() if n} == {path: n for path, n in self.truth.items() if n}

    def teardown(self) -> None:
        for worker in self.workers:
            worker.close()
        self.runner.close()


Mirrored.TestCase.settings = hypothesis_settings(max_examples=25, stateful_step_count=12, deadline=None)
TestMirrored = pytest.mark.usefixtures("stack")(Mirrored.TestCase)
