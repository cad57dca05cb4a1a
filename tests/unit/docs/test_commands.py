"""Every command in the documents can be called as it stands there, and each of ours is run by a test."""

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
    "docker": "there is no engine here: docs/containers.md says what was seen on one",
    "kubectl": "there is no cluster here: docs/kubernetes.md says so",
    "helm": "the same",
    "redis-cli": "Redis' own",
    "eval": "the shell's, around a command of ours",
    "curl": "asks a worker that runs: tests/faults/test_worker.py does",
    "tail": "the system's",
    "sh": "tests/unit/deploy/test_compose.py runs it",
    "pre-commit": "a developer's own tool",
}
RUN_BY = {
    "make demo": "integration/stack/test_demo.py",
    "make clean-data": "integration/stack/test_demo.py",
    "make bench": "integration/benchmarks/test_command.py",
    "python -m connectors": "pipeline.py",
    "python -m connectors partitions": "faults/test_partitions.py",
    "python -m connectors restart": "integration/connectors/test_snapshots.py",
    "python -m connectors resync": "integration/connectors/test_snapshots.py",
    "python -m connectors status": "integration/connectors/test_command.py",
    "python -m connectors watch": "browser/test_page.py",
    "python -m dashboard.pictures": "integration/stack/test_demo.py",
    "python -m databases": "unit/test_logs.py",
    "python -m databases.erd": "integration/databases/test_erd.py",
    "python -m generator": "pipeline.py",
    "python -m spark": "browser/test_page.py",
    "python -m spark --log-level": "faults/test_warehouse.py",
    "python -m spark verify": "faults/test_warehouse.py",
    "python -m stack doctor": "integration/stack/test_demo.py",
    "python -m stack env": "integration/stack/test_lifecycle.py",
    "python -m stack messages": "integration/stack/test_looking.py",
    "python -m stack messages -n": "integration/stack/test_looking.py",
    "python -m stack metrics": "integration/stack/test_looking.py",
    "python -m stack status": "integration/stack/test_lifecycle.py",
    "python -m stack topics": "integration/stack/test_looking.py",
    "python -m stack up": "integration/stack/test_lifecycle.py",
    "faust -A app reconcile": "pipeline.py",
    "faust -A app worker": "pipeline.py",
    "streamlit run dashboard/app.py": "browser/test_page.py",
}
"""Which file below ``tests`` runs each of ours, by its words without `EXAMPLES`."""
EXAMPLES = {"transaction", "3", "metrics:dashboard", "http://127.0.0.1:8501", "WARN"}
CHECKED = {"make test": "runs these tests", "make check": "make test does it first", "make audit": "the same"}
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
    split = [word for word in shlex.split(command, comments=True) if word not in ELLIPSIS]
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


@pytest.mark.parametrize("command", [each for each in DISTINCT if each[0] in OURS | {MAKE}], ids=" ".join)
def test_each_of_ours_is_run_by_a_test(command: tuple[str, ...]) -> None:
    assert " ".join(word for word in command if word not in EXAMPLES) in RUN_BY.keys() | CHECKED.keys()


@pytest.mark.parametrize(("command", "file"), RUN_BY.items())
def test_the_file_that_runs_it_names_it(command: str, file: str) -> None:
    text = (CHECKOUT / "tests" / file).read_text()
    names = [word for word in command.split() if word not in {"python", "-m", "faust", "-A", "app", "make"}]
    assert [name for name in names if name not in text] == []
