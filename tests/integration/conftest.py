"""The real services, for all integration tests."""

from collections.abc import Iterator

import pytest

import databases
from settings import Settings
from stack import running


@pytest.fixture(scope="session")
def stack() -> Iterator[Settings]:
    """Have the services run, with the four databases made, and return where they are."""
    with running(print) as settings:
        databases.create()
        yield settings
