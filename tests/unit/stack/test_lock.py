import os
import subprocess
from pathlib import Path

from stack import lock


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    file = tmp_path / "run" / "kafka.pid"
    assert not lock.is_held(file)

    descriptor = lock.acquire(file)

    assert descriptor is not None
    assert lock.is_held(file)
    assert lock.acquire(file, patience=0) is None
    os.close(descriptor)
    assert not lock.is_held(file)


def test_a_process_that_inherits_the_lock_holds_it_until_it_ends(tmp_path: Path) -> None:
    file = tmp_path / "kafka.pid"
    descriptor = lock.acquire(file)
    assert descriptor is not None
    heir = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, pass_fds=[descriptor])
    os.close(descriptor)

    assert lock.is_held(file)
    heir.kill()
    heir.communicate()
    assert not lock.is_held(file)
