"""A query of a new version begins a checkpoint of its own; what the former one has shown stays until then."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from spark import redis_sink
from spark.query import Query
from spark.redis_sink import RedisWindows
from spark.run import then_delete
from spark.standing import Standing

KEY = "metrics:spark:orders"
OLD = b"what the former version has shown"


def query(version: int) -> Query:
    return Query("orders", (), lambda spark: spark.range(1), lambda *_: lambda _batch, _id: None, version=version)


def test_the_first_version_keeps_the_folder_that_it_always_had() -> None:
    assert (query(1).folder, query(1).former_folders) == ("orders", ())
    assert (query(3).folder, query(3).former_folders) == ("orders-v3", ("orders", "orders-v2"))


def test_former_checkpoints_go_once_a_batch_is_taken(tmp_path: Path) -> None:
    for name in ("orders", "orders-v2", "orders-v3", "orders-of-others"):
        (tmp_path / name / "commits").mkdir(parents=True)

    def sink(_batch: Any, batch_id: int) -> None:
        if batch_id == 0:
            raise ConnectionError
        assert (tmp_path / "orders-v2").exists() is (batch_id == 1)

    take: Any = then_delete([tmp_path / name for name in query(3).former_folders], sink)
    with pytest.raises(ConnectionError):
        take(None, 0)
    take(None, 1)
    take(None, 2)
    assert {folder.name for folder in tmp_path.iterdir()} == {"orders-v3", "orders-of-others"}


class Server:
    """A Redis as far as the windows need it."""

    def __init__(self) -> None:
        self.keys = {KEY: OLD}

    def exists(self, key: str) -> bool:
        return key in self.keys

    def set(self, key: str, value: bytes) -> None:
        self.keys[key] = value

    @property
    def starts(self) -> list[str]:
        return [window["start"] for window in msgspec.json.decode(self.keys[KEY])["windows"]]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr("spark.redis_sink.Redis.from_url", lambda *_args, **_options: server)
    return server


def windows(checkpoint: Path, as_of: datetime | None = None) -> RedisWindows:
    folder = checkpoint / "windows"
    return RedisWindows("orders", folder, ("start",), lambda groups: {"count": len(groups)}, Standing(as_of))


def batch(monkeypatch: pytest.MonkeyPatch, *starts: int) -> None:
    """Have the next batches bring these windows."""
    changed = [(start, start + 30, [{"start": start}]) for start in starts]
    monkeypatch.setattr(redis_sink, "newest_windows", lambda _batch: changed)


def test_the_old_document_stays_until_the_first_batch_has_ended(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink: Any = windows(tmp_path)
    sink.refresh()
    assert server.keys[KEY] == OLD
    batch(monkeypatch, 0, 30)
    sink(None, 0)
    assert server.starts == ["1970-01-01T00:00:30Z", "1970-01-01T00:00:00Z"]


@pytest.mark.usefixtures("server")
def test_an_error_that_no_one_foresaw_does_not_end_the_refreshing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ended(BaseException):
        """Nothing else ends it."""

    looks: Any = iter([RuntimeError, RuntimeError, None, Ended])
    waits: list[float] = []

    def refresh() -> None:
        if error := next(looks):
            raise error

    sink = windows(tmp_path)
    monkeypatch.setattr(sink, "refresh", refresh)
    monkeypatch.setattr("spark.redis_sink.time.sleep", waits.append)
    with pytest.raises(Ended):
        sink.mend_for_ever()
    assert waits == [1, 2, 4, 1]


def test_a_first_batch_without_windows_replaces_it_too(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch(monkeypatch)
    sink: Any = windows(tmp_path)
    sink(None, 0)
    assert server.starts == []


def test_a_first_batch_that_was_cut_off_shows_nothing(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch(monkeypatch, 0)
    cut_off: Any = windows(tmp_path)
    cut_off(None, 0)  # the files are written; Spark did not get to record the batch
    server.keys[KEY] = OLD
    again = windows(tmp_path)
    again.refresh()
    assert server.keys[KEY] == OLD

    (tmp_path / "commits").mkdir()
    (tmp_path / "commits" / "0").touch()
    recorded = windows(tmp_path)
    recorded.refresh()
    assert server.keys[KEY] == OLD  # which says how old it is
    known = windows(tmp_path, as_of=datetime(2026, 11, 30, tzinfo=UTC))
    known.refresh()
    assert server.starts == ["1970-01-01T00:00:00Z"]
