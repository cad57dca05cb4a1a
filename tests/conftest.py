"""Tests have services and a data folder of their own, and see nothing of the developer's environment.

A folder named in INSTASHOP_TEST_DATA is kept from run to run. If the services run there already
(``INSTASHOP_DATA=… python -m stack up``), the tests start at once and leave them running.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from settings import Settings

_KEPT = os.environ.get("INSTASHOP_TEST_DATA")
_DATA = Path(_KEPT or tempfile.mkdtemp(prefix="instashop-tests-"))

# Before anything imports `settings`, which reads the environment; and for the commands that tests run.
for _name in [name for name in os.environ if name.startswith("INSTASHOP_")]:
    del os.environ[_name]
os.environ["INSTASHOP_DATA"] = str(_DATA)
os.environ["INSTASHOP_ENV_FILE"] = os.devnull
# Each JVM lives for a minute or so: a better compiler would take longer than what it saves.
os.environ["JDK_JAVA_OPTIONS"] = "-XX:TieredStopAtLevel=1"


ORDER = ("unit", "integration", "browser", "faults", "upgrade", "documents")
"""What is quick comes first, and the faults come last; what all of them ran, after them."""
LAST = ("test_change", "test_bad_input", "test_partitions")
"""Of the faults these, in this order: what one leaves behind stays in the topics, which the last deletes."""


_STARTED: list[Sequence[object]] = []
_LEFT_OUT: list[pytest.Item] = []


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    _LEFT_OUT.extend(items)


def _take_note(event: str, about: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen":
        _STARTED.append(about[1])


sys.addaudithook(_take_note)


@pytest.fixture
def started() -> list[Sequence[object]]:
    """Return each command that the tests have started until now."""
    return _STARTED


@pytest.fixture
def is_whole_run(pytestconfig: pytest.Config) -> bool:
    """Tell whether no test was left out."""
    left_out = _LEFT_OUT or pytestconfig.option.ignore or pytestconfig.option.ignore_glob
    return pytestconfig.args_source is pytest.Config.ArgsSource.TESTPATHS and not left_out


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> tuple[int, int]:
        name = item.path.stem
        return ORDER.index(item.path.relative_to(Path(__file__).parent).parts[0]), name in LAST and 1 + LAST.index(name)

    items.sort(key=place)


@pytest.fixture(scope="session")
def stack() -> "Iterator[Settings]":
    """Have the services run, with the four databases made, and return where they are."""
    import databases  # these read the environment
    from stack import running

    with running(print) as settings:
        databases.create()
        yield settings


def pytest_sessionfinish(exitstatus: int) -> None:
    if not _KEPT and exitstatus == pytest.ExitCode.OK:
        shutil.rmtree((_DATA / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(_DATA, ignore_errors=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if (_DATA / "logs").exists():
        terminalreporter.write_line(f"Logs of the services: {_DATA / 'logs'}")
