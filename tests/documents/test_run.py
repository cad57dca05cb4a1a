"""A whole run of the tests has run every command of the documents."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from tests.commands import DISTINCT, MAKE, OURS

ELSEWHERE = {
    ("make", "test"): "runs these tests",
    ("make", "check"): "make test does it first",
    ("make", "audit"): "the same, but for its end",
    ("make", "bench"): "takes hours: tests/integration/benchmarks runs one of its parts",
}
EXAMPLES = {"transaction", "metrics:dashboard", "http://127.0.0.1:8501"}
"""Arguments in the documents that stand for any."""

Split = tuple[list[str], set[str]]


def split(command: Sequence[object]) -> Split:
    """Return the words of a command up to its first option, and its options."""
    program, *rest = [str(word) for word in command]
    taken = 2 if rest[:1] in (["-m"], ["-A"]) else 0
    first = next((place for place, word in enumerate(rest) if place >= taken and word.startswith("-")), len(rest))
    name = Path(program).name
    return ["python" if name.startswith("python") else name, *rest[:first]], {*rest[first:]}


def is_one_of(wanted: Split, started: Iterable[Split]) -> bool:
    words, options = wanted
    return any(
        len(words) == len(others)
        and all(word == other or word in EXAMPLES for word, other in zip(words, others, strict=True))
        and {option for option in options if option.startswith("-")} <= given
        for others, given in started
        if "--help" not in given
    )


@pytest.mark.parametrize("command", [each for each in DISTINCT if each[0] in OURS | {MAKE}], ids=" ".join)
def test_each_command_was_run(command: tuple[str, ...], started: list[Sequence[object]], is_whole_run: bool) -> None:
    if not is_whole_run:
        pytest.skip("this is not a whole run")
    assert command in ELSEWHERE or is_one_of(split(command), map(split, started))


def test_another_command_is_none_of_those() -> None:
    started = [split(["/bin/python3", "-m", "connectors", "status"]), split(["make", "demo", "--help"])]
    assert is_one_of(split(["python", "-m", "connectors", "status"]), started)
    assert not is_one_of(split(["python", "-m", "connectors"]), started)
    assert not is_one_of(split(["python", "-m", "connectors", "status", "--json"]), started)
    assert not is_one_of(split(["make", "demo"]), started)
