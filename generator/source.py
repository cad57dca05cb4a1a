"""Where the shop's chance and the ids of its rows come from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from faker import Faker

T = TypeVar("T")

NextId = Callable[[str], int]
"""Gives a table's next id."""


@dataclass(frozen=True)
class Source:
    """All that a shop does not decide by itself. The same seed and ids make the same shop."""

    dice: Random
    names: Faker
    next_id: NextId

    @classmethod
    def seeded(cls, seed: int | None, next_id: NextId) -> "Source":
        """Return a source that repeats itself for a seed, and never does without one."""
        names = Faker()
        names.seed_instance(seed)
        return cls(Random(seed), names, next_id)

    def happens(self, chance: float) -> bool:
        """Say whether something of a chance between 0 and 1 happens this time."""
        return self.dice.random() < chance

    def weighted(self, weights: dict[T, int]) -> T:
        """Return one of the keys, each as often as its weight says."""
        return self.dice.choices(list(weights), list(weights.values()))[0]

    def one_of(self, choices: Sequence[T]) -> T:
        """Return one of the choices, all as often."""
        return self.dice.choice(choices)
