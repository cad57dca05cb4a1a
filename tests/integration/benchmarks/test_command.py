"""``make bench``: one of the benchmarks, whole."""

import re
import subprocess
import sys

from settings import CHECKOUT
from tests.pipeline import run


def test_the_start_of_a_worker_is_measured_on_services_of_its_own() -> None:
    make = ["make", "--dry-run", "PYTHON=python", "bench"]
    command = subprocess.run(make, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    assert command == "python -m benchmarks"
    done = run(sys.executable, "-m", "benchmarks", "recovery", COLUMNS="120")
    assert done.returncode == 0, done.stderr
    assert re.search(r"with nothing in its tables' changelogs +│ +\d+\.\d s", done.stdout), done.stdout
    assert re.search(r"with 200,000 records in one of them +│ +\d+\.\d s", done.stdout), done.stdout
