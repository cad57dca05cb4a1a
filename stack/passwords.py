"""Passwords of the services on this machine: made once, kept with their data, readable by their owner alone."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from stack import private

NAMES = ("owner", "generator", "cdc", "warehouse", "dashboard", "redis", "kafka")


def load(file: Path) -> dict[str, str]:
    """Return the password of each of `NAMES`: from the file, or newly made for one that it lacks."""
    known = dotenv_values(file)
    return {name: known.get(name) or secrets.token_urlsafe(24) for name in NAMES}


def write_private(file: Path, values: Mapping[str, str]) -> None:
    """Write ``NAME=value`` lines that only this user may read, whole or not at all."""
    private.write(file, "".join(f"{name}={value}\n" for name, value in values.items()))
