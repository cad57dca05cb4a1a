"""The last windows of a query: kept whole beside its checkpoint, and mirrored in Redis.

A batch brings the groups that it changed, with their absolute values; a window shows all its groups. So the sink
keeps them: a file a window, written before Redis is. Redis holds nothing that cannot be made again of these files:
it may be away, for which a batch waits some seconds at most, and it may forget. A batch that comes again, after a crash
anywhere in here, brings the same values for the same groups.

The first batch of a checkpoint brings all that the topics hold. Until it has ended, Redis keeps what an earlier
checkpoint, of an older version maybe, has shown.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import msgspec
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - so everyone calls it
from redis import Redis, RedisError

from settings import redis_service, settings
from spark.standing import Standing, stamp

logger = logging.getLogger(__name__)

KEPT = 60
"""Windows that are shown: half an hour, if something happens in each."""

Group = dict[str, Any]

Compose = Callable[[list[Group]], dict[str, Any]]
"""Makes what a window shows, but for its start and end, of all its groups."""


HEARTBEAT = 1.0
"""Seconds between two looks at whether Redis holds what it should."""

LONGEST_WAIT_S = 30.0
"""The same after looks that failed for no reason that is known, each of which is logged with its trace."""


class Window(msgspec.Struct):
    """A window with all its groups, by their keys; its times are in seconds since 1970."""

    start: int
    end: int
    groups: dict[str, Group] = {}


class RedisWindows:
    """Takes a query's batches, and shows its last windows in ``metrics:spark:<name>``.

    Args:
        name: the query's.
        folder: where the windows are kept: in the folder of the query's checkpoint.
        key: the columns that tell apart the groups of one window.
        compose: makes what a window shows of all its groups.
        standing: says how old the windows are. A document of 100 kB takes 0.3 ms to write, so it is written whenever
            that moves.
    """

    def __init__(self, name: str, folder: Path, key: tuple[str, ...], compose: Compose, standing: Standing) -> None:
        self._redis_key = f"metrics:spark:{name}"
        self._key = key
        self._compose = compose
        self._standing = standing
        self._shown_as_of: datetime | None = None
        self._files = WindowFiles(folder)
        self._windows = self._files.load()
        self._shown = {start: self._show(window) for start, window in self._windows.items()}
        self._lock = Lock()  # batches come from a thread of Spark's, heartbeats from the main one
        self._redis = Redis.from_url(settings().redis_url, socket_timeout=5, socket_connect_timeout=5)
        self._published, self._reached = False, True
        self._complete = any(folder.parent.glob("commits/[0-9]*"))  # Spark's record of the batches that ended
        self._let_go()

    def __call__(self, batch: DataFrame, _batch_id: int) -> None:
        """Take a batch."""
        changed = newest_windows(batch)
        with self._lock:
            for start, end, groups in changed:
                self._merge(start, end, groups)
            self._complete = True
            if changed or not self._published:
                self._let_go()
                self._publish()

    def mend_for_ever(self) -> None:
        """Keep Redis as it should be, batches or not. An error is logged, and the next look may do better."""
        wait = HEARTBEAT
        while True:
            time.sleep(wait)
            try:
                self.refresh()
                wait = HEARTBEAT
            except Exception:
                wait = min(2 * wait, LONGEST_WAIT_S)
                fields = {"event": "refresh_failed", "key": self._redis_key, "seconds": wait}
                logger.exception("%s is not kept up; trying again in %.0f s", self._redis_key, wait, extra=fields)

    def refresh(self) -> None:
        """Write what Redis lacks: what it could not take before, has forgotten, or how old it is now.

        After a restart it is not known at first how old the windows are. Until then the former document says more.
        """
        with self._lock:
            if not self._complete:
                return
            try:
                as_of = self._standing.as_of
                has_news = as_of is not None and (not self._published or self._shown_as_of != as_of)
                lacking = has_news or not self._redis.exists(self._redis_key)
            except (RedisError, OSError) as error:
                self._say_lost(error)
            else:
                if lacking:
                    self._publish()

    def _merge(self, start: int, end: int, groups: list[Group]) -> None:
        if len(self._windows) >= KEPT and start < min(self._windows):
            return  # it has been let go
        window = self._windows.setdefault(start, Window(start, end))
        for group in groups:
            window.groups["\t".join(str(group[column]) for column in self._key)] = group
        self._files.write(window)
        self._shown[start] = self._show(window)

    def _let_go(self) -> None:
        for start in sorted(self._windows)[:-KEPT]:
            del self._windows[start], self._shown[start]
            self._files.delete(start)

    def _show(self, window: Window) -> dict[str, Any]:
        start, end = (datetime.fromtimestamp(seconds, UTC) for seconds in (window.start, window.end))
        return {"start": start, "end": end, **self._compose(list(window.groups.values()))}

    def _publish(self) -> None:
        windows = [self._shown[start] for start in sorted(self._shown, reverse=True)]
        as_of = self._standing.as_of
        document = msgspec.json.encode({"windows": windows, "updated_at": datetime.now(UTC), "as_of": stamp(as_of)})
        self._published, self._shown_as_of = False, as_of
        try:
            self._redis.set(self._redis_key, document)
        except (RedisError, OSError) as error:
            self._say_lost(error)
            return
        self._published = True
        self._say_back()

    def _say_lost(self, error: Exception) -> None:
        if self._reached:
            logger.warning(
                "%s is away: %s; %s is written when it is back",
                redis_service(),
                error,
                self._redis_key,
                extra={"event": "redis_away", "service": redis_service(), "key": self._redis_key},
            )
        self._reached = False

    def _say_back(self) -> None:
        if not self._reached:
            fields = {"event": "redis_back", "service": redis_service(), "key": self._redis_key}
            logger.info("%s is back: %s is written", redis_service(), self._redis_key, extra=fields)
        self._reached = True


def open_windows(name: str, folder: Path, key: tuple[str, ...], compose: Compose, standing: Standing) -> RedisWindows:
    """Return a query's windows as they were left, kept in Redis from now on; see `RedisWindows`."""
    windows = RedisWindows(name, folder, key, compose, standing)
    Thread(target=windows.mend_for_ever, name=f"{name} in Redis", daemon=True).start()
    return windows


def newest_windows(batch: DataFrame) -> list[tuple[int, int, list[Group]]]:
    """Return the start, the end and the changed groups of the windows of a batch, of the newest that are kept.

    No more of it comes into this process, however much the batch holds.
    """
    groups = F.collect_list(F.struct(*[column for column in batch.columns if column not in ("start", "end")]))
    rows = batch.groupBy("start", "end").agg(groups.alias("groups")).orderBy(F.desc("start")).limit(KEPT).collect()
    return [(row["start"], row["end"], [group.asDict(recursive=True) for group in row["groups"]]) for row in rows]


class WindowFiles:
    """A folder with a file for each window. A file is written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def load(self) -> dict[int, Window]:
        """Return all windows, by their start."""
        windows = (msgspec.json.decode(file.read_bytes(), type=Window) for file in self._folder.glob("*.json"))
        return {window.start: window for window in windows}

    def write(self, window: Window) -> None:
        """Keep a window as it now is."""
        draft = self._file(window.start).with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(window))
        draft.replace(self._file(window.start))

    def delete(self, start: int) -> None:
        """Forget a window."""
        self._file(start).unlink(missing_ok=True)

    def _file(self, start: int) -> Path:
        return self._folder / f"{start}.json"
