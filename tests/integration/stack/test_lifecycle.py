"""``python -m stack`` on a folder of its own, with PostgreSQL and Redis only: Kafka and Connect are the shared ones."""

import os
import shutil
import signal
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psycopg2
import pytest
from dotenv import dotenv_values
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from settings import CHECKOUT, Settings, variable
from stack import lock
from stack.process import identity
from stack.service import reveal

HOLDING = "import stack, sys\nwith stack.running():\n    print('up', flush=True)\n    sys.stdin.read()"


EXISTING = ("kafka", "kafka_user", "kafka_password", "connect_url")


class Folder:
    """A data folder, and the commands that a user runs on it."""

    def __init__(self, data: Path, stack: Settings) -> None:
        self.data = data
        self.user: str | None = None
        self.python = sys.executable
        self.environment = {
            **os.environ,
            "INSTASHOP_DATA": str(data),
            **{variable(field): reveal(stack, field) for field in EXISTING},
        }

    def popen(self, *arguments: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [self.python, *arguments],
            env=self.environment,
            cwd=CHECKOUT,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
            umask=0o077,  # the strictest that root may have: PostgreSQL's user must get to its programs all the same
            **identity(self.user),
        )

    def stack(self, command: str) -> tuple[int, str, str]:
        process = self.popen("-m", "stack", command)
        out, err = process.communicate()
        return process.returncode, out, err

    def hold(self) -> subprocess.Popen[str]:
        """Start a command that has the services run until it ends."""
        holder = self.popen("-c", HOLDING)
        assert holder.stdout is not None
        assert holder.stdout.readline() == "up\n"
        return holder

    def become(self, user: str) -> None:
        """Run commands as another user, with the first Python that this user can run."""
        self.user = user
        self.environment["PYTHONPATH"] = os.pathsep.join(site.getsitepackages())
        for self.python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
            with suppress(OSError):
                if self.popen("-c", "import settings").wait() == 0:
                    return
        pytest.skip(f"user {user} can run no Python of this version, or not read {CHECKOUT}")

    @property
    def addresses(self) -> dict[str, str | None]:
        return dict(dotenv_values(self.data / "stack.env"))

    @property
    def running(self) -> list[str]:
        return [name for name in ("postgres", "redis") if lock.is_held(self.data / "run" / f"{name}.pid")]

    @retry(retry=retry_if_result(bool), stop=stop_after_delay(120), wait=wait_fixed(0.1))
    def wait_until_nothing_runs(self) -> bool:
        return bool(self.running or self.addresses)

    def execute(self, sql: str) -> list[tuple[object, ...]]:
        """Run a statement as PostgreSQL's owner and return its rows."""
        url = str(self.addresses["INSTASHOP_DB_INSTASHOP"]).removesuffix("instashop") + "postgres"
        with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()


@pytest.fixture(scope="module")
def made(stack: Settings) -> Iterator[Path]:
    """Make a data folder, below one that only this user enters: as root, PostgreSQL's user cannot."""
    with tempfile.TemporaryDirectory() as private:
        folder = Folder(Path(private) / "data", stack)
        assert folder.stack("up")[::2] == (0, "")
        assert folder.stack("down") == (0, "", "")
        yield folder.data
        assert folder.stack("clean") == (0, "", "")
        assert not folder.data.exists()


@pytest.fixture
def folder(made: Path, stack: Settings) -> Iterator[Folder]:
    folder = Folder(made, stack)
    yield folder
    folder.wait_until_nothing_runs()


def test_goes_on_with_its_data_and_ports(folder: Folder, stack: Settings) -> None:
    code, out, err = folder.stack("up")
    assert (code, err) == (0, "")
    assert str(folder.data / "logs" / "postgres.log") in out
    former = folder.addresses
    assert former["INSTASHOP_REDIS_URL"] != stack.redis_url  # whose port is taken
    assert "INSTASHOP_KAFKA" not in former  # an existing one is in use
    folder.execute("create table kept as select 42 as answer; select 1")
    code, exports, _ = folder.stack("env")
    assert folder.stack("down") == (0, "", "")
    assert folder.addresses == {}

    # In the shell that took the addresses they mean this stack, not existing services.
    taken = dict(line.removeprefix("export ").split("=", 1) for line in exports.splitlines())
    assert taken.items() >= former.items()
    folder.environment |= taken
    assert folder.stack("up")[0] == 0
    assert folder.stack("up")[0] == 0  # twice is as good as once
    assert folder.addresses == former
    assert folder.execute("select answer from kept") == [(42,)]
    code, out, _ = folder.stack("status")
    assert (code, out.count("ready")) == (0, 4)
    assert folder.stack("down") == (0, "", "")
    assert folder.stack("status")[0] == 1


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_services_end_with_the_command_that_has_them_run(folder: Folder, end: signal.Signals) -> None:
    holder = folder.hold()
    assert folder.running == ["postgres", "redis"]

    holder.send_signal(end)
    holder.communicate()

    folder.wait_until_nothing_runs()


def test_one_command_at_a_time_has_a_folder(folder: Folder) -> None:
    holder = folder.hold()

    for command in ("up", "down"):
        code, _, err = folder.stack(command)
        assert code == 1
        assert err.count("\n") == 1
        assert f"pid {holder.pid}" in err
    assert folder.stack("status")[0] == 0
    holder.communicate()


def test_a_failed_start_leaves_nothing_behind(folder: Folder) -> None:
    version = folder.data / "postgres" / "data" / "PG_VERSION"
    good = version.read_text()
    version.write_text("9.6\n")

    code, _, err = folder.stack("up")

    version.write_text(good)
    assert (code, err.count("\n")) == (1, 1)
    assert "postgres did not become ready" in err
    assert "incompatible with server" in err
    assert str(folder.data / "logs" / "postgres.log") in err
    assert folder.running == []
    assert folder.addresses == {}


@pytest.mark.parametrize(
    ("variable", "address"),
    [
        ("INSTASHOP_KAFKA", "127.0.0.1:1"),
        ("INSTASHOP_CONNECT_URL", "http://127.0.0.1:1"),
        ("INSTASHOP_REDIS_URL", "redis://someone:secret@127.0.0.1:1/0"),
    ],
)
def test_an_existing_service_that_does_not_answer_is_named(folder: Folder, variable: str, address: str) -> None:
    folder.environment[variable] = address

    code, _, err = folder.stack("up")

    assert code == 1
    assert err.count("\n") == 1
    assert variable in err
    assert "127.0.0.1:1" in err
    assert "secret" not in err
    assert folder.running == []


def test_a_folder_of_other_things_is_left_alone(stack: Settings, tmp_path: Path) -> None:
    precious = tmp_path / "thesis.txt"
    precious.write_text("words")
    folder = Folder(tmp_path, stack)

    for command in ("up", "clean"):
        code, _, err = folder.stack(command)
        assert (code, err.count("\n")) == (1, 1)
        assert "INSTASHOP_DATA" in err

    assert list(tmp_path.iterdir()) == [precious]


@pytest.mark.skipif(os.geteuid() != 0, reason="every other test runs as an ordinary user already")
def test_an_ordinary_user_runs_it_all(stack: Settings) -> None:
    with tempfile.TemporaryDirectory() as own:
        folder = Folder(Path(own) / "data", stack)
        folder.become("nobody")
        shutil.chown(own, "nobody")

        assert folder.stack("up")[::2] == (0, "")
        files = ("postgres/data", "passwords.env", "logs/redis.log")
        assert {(folder.data / file).owner() for file in files} == {"nobody"}
        assert folder.stack("clean") == (0, "", "")
