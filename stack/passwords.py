"""Passwords of the services on this machine: made once, kept with their data, readable by their owner alone."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

NAMES = ("owner", "generator", "cdc", "warehouse", "dashboard", "redis", "kafka")


def load(file: Path) -> dict[str, str]:
    """Return the password of each of `NAMES`: from the file, or newly made for one that it lacks."""
    known = dotenv_values(file)
    return {name: known.get(name) or secrets.token_urlsafe(24) for name in NAMES}


def write_private(file: Path, values: Mapping[str, str]) -> None:
    """Write ``NAME=value`` lines that only this user may read, whole or not at all."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as lines:
        lines.writelines(f"{name}={value}\n" for name, value in values.items())
    draft.replace(file)
