"""What the command says of a service that is not there, and how it ends when it is tired of waiting."""

import os
import signal
import subprocess
import sys

import pytest

from settings import CHECKOUT
from tests.integration.connectors.probe import connectors

pytestmark = pytest.mark.usefixtures("stack")

NOWHERE = "127.0.0.1:9"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("INSTASHOP_CONNECT_URL", f"http://{NOWHERE}"),
        ("INSTASHOP_KAFKA", NOWHERE),
        ("INSTASHOP_DB_ERP", f"postgresql://owner:secret@{NOWHERE}/erp_db"),
    ],
)
def test_an_unreachable_service_is_named_in_one_line(variable: str, value: str) -> None:
    result = connectors("--timeout", "1", **{variable: value})

    assert result.returncode == 1
    last = result.stderr.splitlines()[-1]
    assert NOWHERE in last
    assert variable in last
    assert "secret" not in result.stderr
    assert "Traceback" not in result.stderr


def test_ctrl_c_ends_a_command_quietly() -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-m", "connectors", "status"],
        cwd=CHECKOUT,
        env=os.environ | {"INSTASHOP_CONNECT_URL": f"http://{NOWHERE}"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert waiting.stderr is not None
    assert waiting.stderr.readline().endswith(": waiting up to 120 s\n")

    waiting.send_signal(signal.SIGINT)

    assert waiting.communicate(timeout=30)[1] == ""
    assert waiting.returncode == 0
