"""One write at a time, and all that was counted meanwhile in the next."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, cast

import pytest

import app.application
import app.writer
from app.table import PartialsTable
from app.writer import MANY, Writer
from cdc import Change, PartitionPartials, Path, measure
from cdc.partials import POSITION, Entry

PATH = ("orders", "count")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.writer, "TICK", 0.02)


class Changelog:
    """A table whose writes end when the test says so."""

    def __init__(self) -> None:
        self.written: list[dict[Path, Entry]] = []
        self.answers: asyncio.Queue[Exception | None] = asyncio.Queue()
        self.asked = asyncio.Event()

    async def write(self, partition: int, entries: Mapping[Path, Entry]) -> None:
        assert partition == 3
        self.asked.set()
        if error := await self.answers.get():
            raise error
        self.written.append(dict(entries))


class Run:
    """A partition's partials, each change of which adds one, and their writer."""

    def __init__(self) -> None:
        self.changelog = Changelog()
        self.partials = PartitionPartials()
        self.writer = Writer(cast(PartialsTable, self.changelog), 3, self.partials)

    def count(self, offset: int, records: int = 1) -> asyncio.Task[None]:
        self.partials.fold([Change(offset, {measure(*PATH): 1})])
        return self.writer.write(records)


def within_a_loop(case: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(case, 10))


def test_the_next_write_takes_along_all_that_was_counted_meanwhile() -> None:
    async def case() -> None:
        run = Run()
        first, also = run.count(0), run.count(1)
        assert also is first
        await run.changelog.asked.wait()
        later = [run.count(offset) for offset in (2, 3, 4)]
        run.changelog.answers.put_nowait(None)
        await first
        assert run.changelog.written[0][PATH] == [1, 2]
        assert not any(task.done() for task in later)
        run.changelog.answers.put_nowait(None)
        await asyncio.gather(*later)
        assert [*run.changelog.written[1]] == [POSITION, PATH]
        assert run.changelog.written[1][PATH] == [4, 5]
        assert run.changelog.written[1][POSITION][-1] == 1, "the first write is settled"
        assert len(run.changelog.written) == 2

    within_a_loop(case())


def test_who_counts_too_far_ahead_of_a_write_waits_for_it() -> None:
    async def case() -> None:
        run = Run()
        run.count(0)
        await run.changelog.asked.wait()
        run.count(1, MANY - 1)
        await asyncio.wait_for(run.writer.room(), 1)
        run.count(2)
        waiting = asyncio.create_task(run.writer.room())
        await asyncio.sleep(0)
        assert not waiting.done()
        run.changelog.answers.put_nowait(None)
        await waiting

    within_a_loop(case())


def test_many_records_do_not_wait_for_the_next_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.writer, "TICK", 1e9)

    async def case() -> None:
        run = Run()
        written = run.count(0, MANY)
        run.changelog.answers.put_nowait(None)
        await written

    within_a_loop(case())


def test_a_partition_that_was_lost_is_not_written() -> None:
    async def case() -> None:
        run = Run()
        on_its_way = run.count(0)
        await run.changelog.asked.wait()
        waiting = run.count(1)
        run.writer.leave()
        run.changelog.answers.put_nowait(None)
        await on_its_way
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert len(run.changelog.written) == 1

    within_a_loop(case())


def test_what_is_held_back_is_not_written_before_the_end() -> None:
    async def case() -> None:
        run = Run()
        run.changelog.answers.put_nowait(None)
        written = run.count(0)
        async with run.writer.held():
            run.partials.fold([Change(1, {measure(*PATH): 1})])
            await asyncio.sleep(2 * app.writer.TICK)  # in which it would be written
            assert not run.changelog.asked.is_set()
        await written
        assert run.changelog.written[0][PATH] == [1, 2]

    within_a_loop(case())


@pytest.fixture
def crashes(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """Have the app only take note of what makes it crash."""
    errors: list[BaseException] = []

    async def crash(error: BaseException) -> None:
        errors.append(error)

    monkeypatch.setattr(app.application.app, "crash", crash)
    return errors


def test_what_fails_while_it_is_held_back_is_never_written_and_the_app_crashes(crashes: list[BaseException]) -> None:
    async def case() -> None:
        run = Run()
        waiting = run.count(0)

        async def fails() -> None:
            async with run.writer.held():
                run.partials.fold([Change(1, {measure(*PATH): 1})])
                await asyncio.sleep(2 * app.writer.TICK)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fails()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert not run.changelog.asked.is_set()
        assert len(crashes) == 1

    within_a_loop(case())


def test_after_a_write_that_failed_nothing_is_written(crashes: list[BaseException]) -> None:
    async def case() -> None:
        run = Run()
        failing = run.count(0)
        await run.changelog.asked.wait()
        waiting = run.count(1)
        run.changelog.answers.put_nowait(ValueError("refused"))
        for task in (failing, waiting):
            with pytest.raises(ValueError, match="refused"):
                await task
        assert (len(crashes), run.changelog.written) == (1, [])

    within_a_loop(case())
