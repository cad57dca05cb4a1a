"""What the documents have jq do with the logs, it does."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from settings import CHECKOUT
from tests.commands import ALL

FILTERS = [command for _, command in ALL if "jq " in command]
LINES = [
    {"level": "INFO", "message": "well"},
    {"level": "WARNING", "message": "failed: restarting it", "event": "restart", "connector": "erp-connector"},
    {"level": "WARNING", "message": "failed: restarting it", "event": "restart", "connector": "erp-connector"},
]
SAID = {
    "watch.log": "2 erp-connector",
    "docker compose logs": '"restart"',
}


@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not on this machine")
@pytest.mark.parametrize(("of", "said"), SAID.items())
def test_jq_finds_what_it_is_asked_for(of: str, said: str, tmp_path: Path) -> None:
    [command] = [command for command in FILTERS if of in command.partition("|")[0]]
    log = tmp_path / "log"
    log.write_text("".join(f"{line}\n" for line in ["Banner", *map(json.dumps, LINES)]))
    chain = f"cat {log} |" + command.partition("|")[2]
    done = subprocess.run(chain, shell=True, cwd=CHECKOUT, check=True, capture_output=True, text=True)  # noqa: S602
    assert said in re.sub(r"\s+", " ", done.stdout)
    assert "well" not in done.stdout


def test_each_such_line_is_tried() -> None:
    assert len(FILTERS) == len(SAID)
