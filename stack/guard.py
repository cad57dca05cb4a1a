"""The dead man's switch: services that a command started end with it, even if it is killed.

A second process holds one end of a pipe and the stack's lock. When the command ends, in whatever way, the kernel
closes the other end, and the second process stops the services.
"""

import subprocess
import sys
from collections.abc import Sequence
from signal import SIGTERM
from types import TracebackType
from typing import Self

from settings import CHECKOUT, DATA, STACK_ENV
from stack.catalogue import SERVICES
from stack.process import Process

KEEP = "keep"

# It imports only when it has to act: until then it idles as a bare interpreter.
WATCH = f"""
import sys
if sys.stdin.read() != {KEEP!r}:
    from stack.guard import stop
    stop(sys.argv[1:])
"""


class Guard:
    """A context that stops these services at its end, unless `release` was called.

    Args:
        names: The services, and whatever else the command runs as a `Process`, in the order of their start.
        lock: The descriptor of the stack's lock, which stays locked until they have stopped.
    """

    def __init__(self, names: Sequence[str], lock: int) -> None:
        self._names = names
        self._lock = lock

    def __enter__(self) -> Self:
        """Start the second process."""
        self._watcher = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", WATCH, *self._names],
            stdin=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
            start_new_session=True,
            pass_fds=[self._lock],
        )
        return self

    def release(self) -> None:
        """Let the services run on after this command."""
        if self._watcher.stdin:
            self._watcher.stdin.write(KEEP)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the pipe, and wait until the services have stopped."""
        self._watcher.communicate()


def stop(names: Sequence[str]) -> None:
    """Stop services, the last started first, and forget their addresses."""
    for name in reversed(names):
        service = SERVICES.get(name)
        Process(name, DATA).stop(service.stop_signal if service else SIGTERM)
    if not any(Process(name, DATA).alive for name in SERVICES):
        STACK_ENV.unlink(missing_ok=True)
