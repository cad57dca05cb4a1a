"""Every command in the documents exists, with the options that it is given."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from settings import CHECKOUT

DOCUMENTS = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
OURS = {"python", "faust", "streamlit", "pytest"}
MAKE = "make"
OTHERS = {
    "docker": "there is no engine here: docs/containers.md says so",
    "kubectl": "there is no cluster here: docs/kubernetes.md says so",
    "helm": "the same",
    "redis-cli": "Redis' own",
    "eval": "the shell's, around a command of ours",
    "curl": "asks a worker that runs: tests/faults/test_worker.py does",
    "tail": "the system's",
    "sh": "tests/unit/deploy/test_compose.py runs it",
    "pre-commit": "a developer's own tool",
}
ELLIPSIS = {"…", "..."}


def commands() -> Iterator[tuple[str, str]]:
    """Yield each command with the document that has it: lines of shell blocks, and code that begins with a program."""
    for document in DOCUMENTS:
        text = document.read_text()
        blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        lines = [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines()]
        rest = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        spans = re.findall(r"`((?:\.venv/bin/)?(?:python -m|faust -A|streamlit run|make) [^`]+)`", rest)
        for command in (*filter(None, lines), *spans):
            yield document.name, command


def words(command: str) -> list[str]:
    """Return a command's words, without variables before it and without what stands for more."""
    split = [word for word in shlex.split(command) if word not in ELLIPSIS]
    while split and re.match(r"[A-Z_]+=", split[0]):
        split.pop(0)
    return [split[0].removeprefix(".venv/bin/"), *split[1:]]


ALL = sorted(set(commands()))
DISTINCT = sorted({tuple(words(command)) for _, command in ALL})


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
