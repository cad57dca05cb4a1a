"""``status:spark``: what each query did last, and how much it could not use."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version

import msgspec
from pyspark.sql.streaming.listener import StreamingQueryProgress
from pyspark.sql.streaming.query import StreamingQuery
from redis import Redis, RedisError

from settings import settings
from spark.frontier import QueryFrontier, next_offsets
from spark.source import UNREADABLE
from spark.standing import Standing, stamp

KEY = "status:spark"


class Progress(msgspec.Struct):
    """A query's last batch, and sums since it was started.

    Attributes:
        batch_id: Of the last batch.
        rows: Records that it read.
        rows_per_second: The same a second.
        duration_ms: From its trigger to its end.
        watermark: What is older is late; null until there is one. It moves with the changes: a shop that rests
            closes no window.
        state_rows: Rows of state that the query holds.
        late: Changes that came later than the watermark, and count nowhere.
        unreadable: Records that could not be read.
        batches: How many batches there were.
        updated_at: When the last batch began.
        as_of: The commit time up to which the batches hold all changes of the query's topics; null while not known.
        batch_since: When the batch that is at work began; null if none is.
        waiting: What its sink waits for, such as a warehouse that is away; null if for nothing.
    """

    batch_id: int = -1
    rows: int = 0
    rows_per_second: float = 0.0
    duration_ms: int = 0
    watermark: str | None = None
    state_rows: int = 0
    late: int = 0
    unreadable: int = 0
    batches: int = 0
    updated_at: str | None = None
    as_of: str | None = None
    batch_since: str | None = None
    waiting: str | None = None

    def look_at(self, standing: Standing) -> None:
        """Take over how the query stands now."""
        self.as_of, self.batch_since = stamp(standing.as_of), stamp(standing.batch_since)
        self.waiting = standing.waiting

    def take(self, batch: StreamingQueryProgress) -> None:
        """Take in a batch, unless it is known.

        A query that waits tells of itself too, under the number that its next batch will have.
        """
        if batch.batchId <= self.batch_id or "addBatch" not in batch.durationMs:
            return
        self.batch_id = batch.batchId
        self.rows = batch.numInputRows
        self.rows_per_second = round(batch.processedRowsPerSecond, 1)
        self.duration_ms = batch.durationMs.get("triggerExecution", 0)
        self.watermark = batch.eventTime.get("watermark")
        self.state_rows = sum(operator.numRowsTotal for operator in batch.stateOperators)
        self.late += sum(operator.numRowsDroppedByWatermark for operator in batch.stateOperators)
        self.unreadable += sum(observed[UNREADABLE] for observed in batch.observedMetrics.values())
        self.batches += 1
        self.updated_at = batch.timestamp


class Status:
    """Looks at the queries, and says in Redis how they are. Redis away: it is said when it is back."""

    def __init__(
        self,
        queries: Iterable[StreamingQuery],
        standings: Mapping[str, Standing],
        frontiers: Mapping[str, QueryFrontier],
        ui: str | None,
    ) -> None:
        """Begin to look at queries, whose session shows itself at the URL `ui`."""
        self._ui = ui
        self._standings, self._frontiers = standings, frontiers
        self._queries: Sequence[StreamingQuery] = list(queries)
        self._progress = {query.name: Progress() for query in self._queries}
        self._last: dict[str, str] = {}
        self._started = datetime.now(UTC)
        self._redis = Redis.from_url(settings().redis_url, socket_timeout=5, socket_connect_timeout=5)

    def report(self) -> None:
        """Take in the batches that ended, and write the document."""
        for query in self._queries:
            self._look_at(query)
        document = {
            "updated_at": datetime.now(UTC),
            "started_at": self._started,
            "version": version("instashop-live"),
            "ui": self._ui,
            "queries": self._progress,
        }
        with suppress(RedisError, OSError):  # the queries' sinks say so
            self._redis.set(KEY, msgspec.json.encode(document))

    def _look_at(self, query: StreamingQuery) -> None:
        self._take_progress(query)
        self._progress[query.name].look_at(self._standings[query.name])

    def _take_progress(self, query: StreamingQuery) -> None:
        last = query.lastProgress
        if last is None or last.timestamp == self._last.get(query.name):
            return  # to have all told each time would keep Spark busier than its batches do
        self._last[query.name] = last.timestamp
        for batch in query.recentProgress:  # the last 100: more than end between two looks
            self._progress[query.name].take(batch)
        self._frontiers[query.name].processed(next_offsets(last))
