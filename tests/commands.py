"""The commands that stand in the documents."""

import re
import shlex
from collections.abc import Iterator

from settings import CHECKOUT

DOCUMENTS = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
OURS = {"python", "faust", "streamlit", "pytest"}
MAKE = "make"
ELLIPSIS = {"…", "..."}
BEGINNINGS = "python -m|faust -A|streamlit run|pytest|make"
VARIABLES = r"(?:[A-Z_]+=\S+ )*"


def commands() -> Iterator[tuple[str, str]]:
    """Yield each command with the document that has it: lines of shell blocks, and code that begins with a program."""
    for document in DOCUMENTS:
        text = document.read_text()
        blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        lines = [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines()]
        rest = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        spans = re.findall(rf"`({VARIABLES}(?:\.venv/bin/)?(?:{BEGINNINGS}) [^`]+)`", rest)
        nested = re.findall(r"\$\(([^)]+)\)", text)
        for command in (*filter(None, lines), *spans, *nested):
            yield document.name, command


def words(command: str) -> list[str]:
    """Return a command's words, without variables before it and without what stands for more."""
    split = [word for word in shlex.split(command, comments=True) if word not in ELLIPSIS]
    while split and re.match(r"[A-Z_]+=", split[0]):
        split.pop(0)
    return [split[0].removeprefix(".venv/bin/"), *split[1:]]


ALL = sorted(set(commands()))
"""Each with its document."""
DISTINCT = sorted({tuple(words(command)) for _, command in ALL})
"""The words of each."""
