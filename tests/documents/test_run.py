"""A whole run of the tests has started each of the project's commands that stand in the documents."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from tests.commands import DISTINCT, MAKE, OURS

ELSEWHERE = {
    ("make", "test"): "runs these tests",
    ("make", "check"): "make test does it first",
    ("make", "audit"): "the same, but for its end",
    ("make", "bench"): "takes hours: tests/integration/benchmarks runs one of its parts",
    ("python", "-m", "benchmarks.soak"): "takes half an hour",
    ("python", "-m", "benchmarks.against", "COMMIT"): "takes twenty minutes",
    ("pytest", "tests/integration"): "is how these tests run",
}
EXAMPLES = {"transaction", "metrics:dashboard", "status:reconcile", "http://127.0.0.1:8501", "3", "WARN"}
EXAMPLES |= {"transaction:2:1047", "tests/integration"}
"""What stands for any argument or value in the documents."""


def named(command: Sequence[object]) -> list[str]:
    """Return a command's words, and of its program the name alone."""
    program, *rest = map(str, command)
    name = Path(program).name
    return ["python" if name.startswith("python") else name, *rest]


def is_in_order(words: Sequence[str], others: Sequence[str]) -> bool:
    """Tell whether words are among others, in their order."""
    rest = iter(others)
    return all(word in rest for word in words)


def beyond(words: Sequence[str], documented: Iterable[Sequence[str]]) -> set[str]:
    """Return by which words other commands go on where this one ends: what names one of them is not this one."""
    longer = (each for each in documented if len(each) > len(words) and [*each[: len(words)]] == [*words])
    return {each[len(words)] for each in longer if not each[len(words)].startswith("-")}


def was_started(command: Sequence[str], started: Iterable[Sequence[str]], documented: Iterable[Sequence[str]]) -> bool:
    """Tell whether a command was started, with whatever arguments and options besides."""
    words = [word for word in command if word not in EXAMPLES]
    others = beyond(words, documented) - EXAMPLES | {"--help"}
    return any(is_in_order(words, each) and not others & {*each} for each in started)


@pytest.mark.parametrize("command", [each for each in DISTINCT if each[0] in OURS | {MAKE}], ids=" ".join)
def test_each_command_was_started(
    command: tuple[str, ...], started: list[Sequence[object]], is_whole_run: bool
) -> None:
    if not is_whole_run:
        pytest.skip("this is not a whole run")
    assert command in ELSEWHERE or was_started(command, map(named, started), DISTINCT)


CONNECTORS = ["python", "-m", "connectors"]


@pytest.mark.parametrize(
    ("command", "stands"),
    [
        (["/bin/python3", *CONNECTORS[1:]], True),
        (["/bin/python3", *CONNECTORS[1:], "--timeout", "5"], True),
        (["/bin/python3", *CONNECTORS[1:], "restart", "erp-connector"], False),
        (["/bin/python3", *CONNECTORS[1:], "--help"], False),
        (["/bin/python3", "-m", "databases"], False),
    ],
)
def test_what_stands_for_a_command(command: list[str], stands: bool) -> None:
    documented = [CONNECTORS, [*CONNECTORS, "restart"]]
    assert was_started(CONNECTORS, [named(command)], documented) == stands
    restarted = was_started([*CONNECTORS, "restart"], [named(command)], documented)
    assert restarted == ("restart" in command)
