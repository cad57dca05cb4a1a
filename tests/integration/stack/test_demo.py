"""``make demo`` from nothing, looked at with the commands that it names, and ended by Ctrl-C."""

import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from settings import CHECKOUT
from stack.process import Process
from tests.pipeline import FAUST, run, wait_until

DEMO = ("make", "-C", str(CHECKOUT), "demo")
STACK = (sys.executable, "-m", "stack")
PATIENCE = 400
"""Seconds until all of it runs and has caught up: Spark starts last, while the worker counts thirty days."""
NOT_LOADED = ("✗ dwh_db        nothing was loaded yet", "✗ warehouse")
"""What the doctor may say until the warehouse has caught up."""

pytestmark = pytest.mark.timeout(900)


class Demo:
    """The demo on a data folder of its own, and commands from another terminal."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.environment = {"INSTASHOP_DATA": str(self.data)}
        self._output = folder / "output"
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                DEMO,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # as a terminal has it: Ctrl-C reaches make and what make started
            )

    @property
    def said(self) -> str:
        return self._output.read_text()

    @property
    def page(self) -> str:
        """The page's address."""
        (address,) = set(re.findall(r"the page (http://127\.0\.0\.1:\d+)", self.said))
        return str(address)

    @property
    def processes(self) -> list[psutil.Process]:
        """All that run on its folder, whoever their user is."""
        return [process for process in psutil.process_iter() if self._is_mine(process)]

    def _is_mine(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            return process.environ().get("INSTASHOP_DATA") == str(self.data) or str(self.data) in process.cmdline()
        return False

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return run(*command, **self.environment)

    def has_caught_up(self) -> bool:
        """Whether Spark serves its page and nothing waits to be counted, as it said last."""
        assert self.process.poll() is None, self.said
        return bool(re.search(r"lag 0; .*Spark http://[^\n]*\n$", self.said))

    def is_well(self) -> bool:
        """Whether the doctor finds nothing wrong, or only that the warehouse is not loaded yet: that takes minutes."""
        said = self.run(*STACK, "doctor").stdout.splitlines()
        wrong = [line for line in said if line.startswith("✗")]
        return {"✓ postgres", "✓ worker", "✓ spark", "✓ disk"} <= {*said} and all(
            line.startswith(NOT_LOADED) for line in wrong
        )

    @contextmanager
    def shop_held_still(self) -> Iterator[None]:
        """Let nothing change, so that numbers can be compared."""
        pid = Process("generator", self.data).pid
        assert pid
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(timeout=120)


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with tempfile.TemporaryDirectory(prefix="instashop-demo-") as folder:
        demo = Demo(Path(folder))
        try:
            yield demo
        finally:
            try:
                if demo.process.poll() is None:
                    demo.interrupt()
            finally:
                if demo.process.poll() is None:
                    os.killpg(demo.process.pid, signal.SIGKILL)
                demo.run(*STACK, "clean")  # whatever a test that failed left; PostgreSQL's home may be elsewhere


def test_all_of_it_runs_and_is_exact(demo: Demo) -> None:
    wait_until(demo.has_caught_up, PATIENCE)
    wait_until(demo.is_well, every=2)
    with demo.shop_held_still():
        done = demo.run(FAUST, "-A", "app", "reconcile")
        assert done.returncode == 0, done.stdout + done.stderr
    assert "no difference from SQL" in done.stdout


def test_the_pictures_of_the_documents_are_taken_from_its_page(demo: Demo, tmp_path: Path) -> None:
    only = ("--only", "live-390-dark*", "--folder", str(tmp_path))
    done = demo.run(sys.executable, "-m", "dashboard.pictures", demo.page, *only)
    assert done.stdout == "live-390-dark.png\n", done.stderr
    picture = (tmp_path / "live-390-dark.png").read_bytes()
    assert struct.unpack(">4sII", picture[12:24]) == (b"IHDR", 390, 2700)  # how a PNG begins
    assert len(picture) > 50_000  # one of an empty page has a tenth of it


def test_ctrl_c_ends_all_of_it_and_its_data_can_be_forgotten(demo: Demo) -> None:
    demo.interrupt()
    assert "Stopped. The data stays" in demo.said
    assert demo.processes == []
    done = demo.run("make", "clean-data")
    assert done.returncode == 0, done.stderr
    assert not demo.data.exists()
