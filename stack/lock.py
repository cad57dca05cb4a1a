"""Locks on files: who has one, lives.

The kernel drops such a lock when the last process that inherited its descriptor ends, however it ends. So a lock
tells that a process runs more surely than a process id in a file, which a reboot or another process may have taken.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_delay, wait_fixed


def acquire(path: Path, *, patience: float = 0.5) -> int | None:
    """Lock a file, made if missing.

    Args:
        path: The file.
        patience: Seconds to try. Others take the lock for a moment to see whether it is held.

    Returns:
        The descriptor that holds the lock until it is closed, or None where another process has the lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    retrying = Retrying(
        retry=retry_if_exception_type(BlockingIOError), stop=stop_after_delay(patience), wait=wait_fixed(0.02)
    )
    try:
        retrying(fcntl.flock, descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except RetryError:
        os.close(descriptor)
        return None
    return descriptor


def is_held(path: Path) -> bool:
    """Tell whether a process holds the lock on a file."""
    if not path.exists():
        return False
    descriptor = acquire(path, patience=0)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


@contextmanager
def waiting(path: Path) -> Iterator[None]:
    """Hold the lock on a file, after whoever holds it now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
