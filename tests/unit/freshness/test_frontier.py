"""The frontier is never ahead of the truth, and gets there once no more happens."""

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from freshness.frontier import MAX_PENDING, Frontier, Partition, oldest

PARTITIONS: list[Partition] = [("a", 0), ("a", 1), ("b", 0)]
partitions = st.sampled_from(PARTITIONS)


class Reading(RuleBasedStateMachine):
    """A database commits, its connector writes in that order, and a reader reads, each at its own pace.

    The connector writes the partitions of what it has decoded one after the other, in any order, as transactions end
    in Kafka. A heartbeat is written only when all that was committed before it stands in its partition.
    """

    @initialize()
    def begin(self) -> None:
        self.clock = 0
        self.unwritten: dict[Partition, list[int]] = {partition: [] for partition in PARTITIONS}
        self.log: dict[Partition, list[int]] = {partition: [] for partition in PARTITIONS}
        """The commit time of each record."""
        self.read = dict.fromkeys(PARTITIONS, 0)
        self.heartbeats: list[int] = []
        """Those in Kafka that no one has heard yet."""
        self.last_heard: int | None = None
        self.frontier = Frontier()
        self.as_of: int | None = None

    @rule(partition=partitions)
    def commit(self, partition: Partition) -> None:
        self.clock += 1
        self.unwritten[partition].append(self.clock)

    @rule(partition=partitions, count=st.integers(1, 5))
    def write(self, partition: Partition, count: int) -> None:
        self.log[partition] += self.unwritten[partition][:count]
        del self.unwritten[partition][:count]

    @rule()
    def write_heartbeat(self) -> None:
        for partition in PARTITIONS:
            self.write(partition, len(self.unwritten[partition]))
        self.clock += 1
        self.heartbeats.append(self.clock)

    @precondition(lambda self: self.heartbeats)
    @rule(skipped=st.integers(0, 2))
    def hear(self, skipped: int) -> None:
        """Hear a heartbeat late, and ask for the ends then."""
        del self.heartbeats[: min(skipped, len(self.heartbeats) - 1)]
        self.last_heard = self.heartbeats.pop(0)
        self.frontier.heard(self.last_heard, {partition: len(self.log[partition]) for partition in PARTITIONS})

    @rule(partition=partitions, count=st.integers(1, 5))
    def process(self, partition: Partition, count: int) -> None:
        self.read[partition] = min(self.read[partition] + count, len(self.log[partition]))

    @rule()
    def flood(self) -> None:
        """Have more heartbeats than are remembered, each with a record in between."""
        for number in range(MAX_PENDING + 2):
            self.commit(PARTITIONS[number % len(PARTITIONS)])
            self.write_heartbeat()
            self.hear(0)

    @rule()
    def begin_a_new_snapshot(self) -> None:
        self.frontier.forget(PARTITIONS)
        self.last_heard = self.as_of = None

    @invariant()
    def it_is_never_ahead_of_the_truth_and_never_goes_back(self) -> None:
        as_of = oldest(self.frontier.processed(partition, self.read[partition]) for partition in PARTITIONS)
        if as_of is None:
            return
        for partition in PARTITIONS:
            unread = self.log[partition][self.read[partition] :] + self.unwritten[partition]
            assert all(committed > as_of for committed in unread)
        assert self.as_of is None or as_of >= self.as_of
        self.as_of = as_of

    def teardown(self) -> None:
        """Read all: then it is the newest heartbeat that was heard."""
        if hasattr(self, "frontier"):
            reached = [self.frontier.processed(partition, len(self.log[partition])) for partition in PARTITIONS]
            assert oldest(reached) == self.last_heard


TestReading = Reading.TestCase
TestReading.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)


def test_one_partition_that_is_held_holds_all() -> None:
    frontier = Frontier()
    held, other = PARTITIONS[:2]
    for beat in range(200):
        frontier.heard(beat, {held: 5 + beat, other: 5 + beat})
        reached = [frontier.processed(held, 4), frontier.processed(other, 5 + beat)]
        assert oldest(reached) is None
        assert reached[1] == beat
    assert frontier.processed(held, 5) == 0
    assert frontier.processed(held, 204) == 199


def test_an_idle_partition_moves_on_with_the_heartbeats() -> None:
    frontier = Frontier()
    for beat in range(3):
        frontier.heard(beat, {PARTITIONS[0]: 7})
        assert frontier.processed(PARTITIONS[0], 7) == beat


def test_a_heartbeat_from_before_a_snapshot_says_nothing_of_its_rows() -> None:
    frontier = Frontier()
    frontier.heard(1, {PARTITIONS[0]: 7})
    assert frontier.processed(PARTITIONS[0], 9, start=7) is None
    frontier.heard(2, {PARTITIONS[0]: 9})
    assert frontier.processed(PARTITIONS[0], 9, start=7) == 2


def test_what_is_made_of_several_is_as_old_as_the_oldest_and_unknown_with_any_of_them() -> None:
    assert oldest([3, 1, 2]) == 1
    assert oldest([3, None]) is None
    assert oldest([]) is None
