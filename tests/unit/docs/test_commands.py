"""Every command in the documents can be called as it stands there. That each is run: ``tests/documents``."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from settings import CHECKOUT
from tests.commands import ALL, DISTINCT, MAKE, OURS, words

OTHERS = {
    "docker": "needs an engine: docs/containers.md says what was seen on one",
    "kubectl": "needs a cluster: docs/kubernetes.md says that none was there",
    "helm": "the same",
    "redis-cli": "Redis' own",
    "eval": "the shell's, around a command of ours",
    "curl": "asks a worker that runs: tests/faults/test_worker.py does",
    "tail": "the system's",
    "sh": "tests/unit/deploy/test_compose.py runs it",
    "pre-commit": "a developer's own tool",
}


@pytest.mark.parametrize(("document", "command"), ALL)
def test_each_is_of_a_known_program(document: str, command: str) -> None:
    assert words(command)[0] in OURS | OTHERS.keys() | {MAKE}, document


@pytest.mark.parametrize("command", [each for each in DISTINCT if each[0] in OURS], ids=" ".join)
def test_each_of_ours_can_be_called_so(command: tuple[str, ...]) -> None:
    program = Path(sys.executable).with_name(command[0])
    called = [str(program), *command[1:], "--help"]
    done = subprocess.run(called, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr}"


@pytest.mark.parametrize("command", [each for each in DISTINCT if each[0] == MAKE], ids=" ".join)
def test_each_target_is_one(command: tuple[str, ...]) -> None:
    targets = [word for word in command[1:] if not word.startswith("-") and "/" not in word]
    known = re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    assert set(targets) <= set(known)
