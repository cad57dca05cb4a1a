"""Files that only this user may read."""

import os
from pathlib import Path


def write(file: Path, text: str) -> None:
    """Write a file that nobody else may read at any moment, whole or not at all."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(text)
    draft.replace(file)
