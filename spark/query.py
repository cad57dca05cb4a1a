"""A query: where its rows come from, and where each batch of them goes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Literal

from pyspark.sql import DataFrame, SparkSession

from spark.standing import Standing

Sink = Callable[[DataFrame, int], None]
"""Takes a batch's rows and its id. Spark calls it again with the same id and rows where it does not know that it
ended: it has to end in the same place."""


@dataclass(frozen=True)
class Query:
    """One streaming query of the session that all share.

    Attributes:
        name: What it is called, in ``status:spark`` and on the command line.
        topics: What it reads: waited for before it starts.
        build: Makes its rows of the session.
        open_sink: Makes its sink. Gets the query's own folder of the checkpoints, to keep there what has to live and
            die with the checkpoint; the event that ends all waiting, upon which a batch that waits has to fail; and
            how the query stands, where the sink reads how old its rows are, and says what it waits for.
        output_mode: ``update`` for groups that change, ``append`` for rows that do not.
        trigger: How often a batch begins, as Spark says it.
        version: Of what its checkpoint holds. Raise it if Spark would refuse the old checkpoint (another plan or
            state) or if its values change their meaning: the query then reads its topics from their beginning.
    """

    name: str
    topics: tuple[str, ...]
    build: Callable[[SparkSession], DataFrame]
    open_sink: Callable[[Path, Event, Standing], Sink]
    output_mode: Literal["update", "append"] = "update"
    trigger: str = "5 seconds"
    version: int = 1

    @property
    def folder(self) -> str:
        """Name of its folder of the checkpoints."""
        return _folder(self.name, self.version)

    @property
    def former_folders(self) -> tuple[str, ...]:
        """Names of the folders that its former versions had."""
        return tuple(_folder(self.name, version) for version in range(1, self.version))


def _folder(name: str, version: int) -> str:
    return name if version == 1 else f"{name}-v{version}"
