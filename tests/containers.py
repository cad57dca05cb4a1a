"""docker-compose.yml, and the passwords that its script makes."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from settings import CHECKOUT, PREFIX, Settings

FILE = CHECKOUT / "docker-compose.yml"
SERVICES: dict[str, Any] = yaml.safe_load(FILE.read_text())["services"]
SCRIPT = CHECKOUT / "deploy" / "containers" / "secrets.sh"

CONNECTORS = [*(CHECKOUT / "connectors").glob("*.json")]

CAPTURE = {name for file in CONNECTORS for name in re.findall(r"\$\{env:(\w+)}", file.read_text())}
"""The variables that the connectors ask Connect for."""

KNOWN = CAPTURE | {f"{PREFIX}{field}".upper() for field in Settings.model_fields}
"""The variables that are read."""


def is_healthy(service: str, here: Callable[[str], str]) -> bool:
    """Ask as Docker would ask a container, but at an address of this machine: `here` writes it into each word."""
    kind, *words = SERVICES[service]["healthcheck"]["test"]
    words = [sys.executable if word == "python" else here(word) for word in words]
    command = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def make_secrets(folder: Path) -> Path:
    """Make the passwords by a copy of the script in a folder, and return where they are. Again: as they were."""
    script = shutil.copy(SCRIPT, folder)
    subprocess.run(["sh", script], check=True, capture_output=True)  # noqa: S607
    return folder / "secrets"


def variables(file: Path) -> dict[str, str]:
    """Return the variables of a file of ``NAME=value`` lines."""
    pairs = (line.partition("=") for line in file.read_text().splitlines())
    return {name: value for name, _, value in pairs}


def properties(environment: dict[str, str], prefix: str) -> dict[str, str]:
    """Return the settings that an image makes of the variables with a prefix."""
    return {
        name.removeprefix(prefix).lower().replace("_", "."): value.replace("$$", "$")
        for name, value in environment.items()
        if name.startswith(prefix)
    }
