"""A process that outlives the command that starts it, found again by the lock that it holds on a file."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from pwd import getpwnam
from typing import ClassVar, TypedDict

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from stack import lock
from stack.errors import StackError

STOP_SECONDS = 30.0

LONG = 50 * 2**20
"""Bytes of a log beyond which it begins anew with its process; what was before is kept beside it, once."""


class Identity(TypedDict):
    """Who a child process is: arguments of `subprocess.Popen`."""

    user: str | None
    group: int | None
    extra_groups: list[int] | None


def identity(user: str | None) -> Identity:
    """Return a user with the user's own group and no other; None is who runs this command."""
    if user is None:
        return {"user": None, "group": None, "extra_groups": None}
    return {"user": user, "group": getpwnam(user).pw_gid, "extra_groups": []}


class Process:
    """One service's process: `data`/run holds its id, `data`/logs what it prints.

    The file of the id stays locked while the process or a child of it runs (see `stack.lock`).
    """

    # Those that this command started itself, by the file of their id. One that ended has to be waited for: until
    # then it still has its id, and PostgreSQL takes it for a server that runs.
    _children: ClassVar[dict[Path, subprocess.Popen[bytes]]] = {}

    def __init__(self, name: str, data: Path) -> None:
        self.name = name
        self.log = data / "logs" / f"{name}.log"
        self._file = data / "run" / f"{name}.pid"

    @property
    def alive(self) -> bool:
        """Whether it runs, whoever started it."""
        if child := self._children.get(self._file):
            child.poll()
        return lock.is_held(self._file)

    @property
    def pid(self) -> int | None:
        """Its process id, None while it does not run."""
        while self.alive:
            if text := self._file.read_text():
                return int(text)
        return None

    def start(
        self, command: Sequence[str | Path], *, folder: Path, environment: Mapping[str, str], user: str | None
    ) -> None:
        """Start it in the background, in a session of its own, so that no Ctrl-C reaches it.

        Args:
            command: The program and its arguments: never a password, which `ps` would show.
            folder: The working folder.
            environment: Variables that it gets beside those of this process.
            user: Who runs it, where that is not who runs this command.

        Raises:
            StackError: It runs already, or the program cannot be run.
        """
        descriptor = lock.acquire(self._file)
        if descriptor is None:
            raise StackError(f"{self.name} runs already (pid {self.pid}).")
        try:
            os.ftruncate(descriptor, 0)
            if self.log.exists() and self.log.stat().st_size > LONG:
                self.log.replace(self.log.with_suffix(".log.1"))
            with self.log.open("ab") as log:
                self._children[self._file] = subprocess.Popen(  # noqa: S603
                    [str(part) for part in command],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=folder,
                    env={**os.environ, **environment},
                    **identity(user),
                    umask=0o077,
                    start_new_session=True,
                    pass_fds=[descriptor],
                    # The child itself writes its id, so that it never runs unknown, even if we are killed now.
                    preexec_fn=lambda: os.write(descriptor, str(os.getpid()).encode()),
                )
        except (OSError, subprocess.SubprocessError) as error:
            raise StackError(f"{self.name} cannot be started: {error}") from error
        finally:
            os.close(descriptor)

    def stop(self, stop_signal: signal.Signals) -> None:
        """Ask it to end, wait until it and its children have, and kill it if it takes too long."""
        for last_word in (stop_signal, signal.SIGKILL):
            if pid := self.pid:
                os.kill(pid, last_word)
            if self._ended_within(STOP_SECONDS):
                break
        if child := self._children.pop(self._file, None):
            child.wait()

    def _ended_within(self, seconds: float) -> bool:
        retrying = Retrying(retry=retry_if_result(bool), stop=stop_after_delay(seconds), wait=wait_fixed(0.05))
        try:
            retrying(lambda: self.alive)
        except RetryError:
            return False
        return True

    def last_words(self) -> str:
        """Return the last line that says what went wrong, or else the last line, of its log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        telling = [line for line in lines[-200:] if any(word in line for word in ("ERROR", "FATAL", "rror:"))]
        return (telling or lines or ["it printed nothing"])[-1].strip()
