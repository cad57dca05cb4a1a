"""docker-compose.yml, and the passwords that its script makes."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from settings import CHECKOUT

FILE = CHECKOUT / "docker-compose.yml"
SERVICES: dict[str, Any] = yaml.safe_load(FILE.read_text())["services"]
SCRIPT = CHECKOUT / "deploy" / "containers" / "secrets.sh"


def make_secrets(folder: Path) -> Path:
    """Make the passwords by a copy of the script in a folder, and return where they are. Again: as they were."""
    script = shutil.copy(SCRIPT, folder)
    subprocess.run(["sh", script], check=True, capture_output=True)  # noqa: S607
    return folder / "secrets"
