"""Ports on loopback: the usual one where it is free, else any; the same again after a restart where that can be."""

import json
import socket
from collections.abc import Collection, Mapping
from pathlib import Path

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Tell whether a service could listen on this port of loopback now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections that linger do not count
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def choose(usual: Mapping[str, int], remembered: Mapping[str, int], running: Collection[str]) -> dict[str, int]:
    """Choose a port for each name.

    Args:
        usual: The port that people expect, by name.
        remembered: The ports of the last time, by name.
        running: Names whose remembered port is in use by the service itself, and stays.
    """
    return {
        name: remembered[name]
        if name in running
        else next(filter(is_free, (remembered.get(name, port), port)), None) or any_free()
        for name, port in usual.items()
    }


def remember(file: Path, ports: Mapping[str, int]) -> None:
    """Keep the ports for the next time."""
    file.write_text(json.dumps(ports, indent=2) + "\n")


def remembered(file: Path) -> dict[str, int]:
    """Return the ports of the last time; none at first."""
    ports: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    return ports
