"""``make bench``: one of the benchmarks, whole."""

import re
import sys

from tests.pipeline import run


def test_the_start_of_a_worker_is_measured_on_services_of_its_own() -> None:
    made = run("make", "--dry-run", "PYTHON=python", "bench")
    assert made.stdout.splitlines()[-1] == "python -m benchmarks", made.stderr
    done = run(sys.executable, "-m", "benchmarks", "recovery", COLUMNS="120")
    assert done.returncode == 0, done.stderr
    assert re.search(r"with nothing in its tables' changelogs +│ +\d+\.\d s", done.stdout), done.stdout
    assert re.search(r"with 200,000 records in one of them +│ +\d+\.\d s", done.stdout), done.stdout
