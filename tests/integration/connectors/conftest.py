"""The connectors on the real services."""

import pytest

from settings import Settings
from tests.integration.connectors.probe import connectors


@pytest.fixture
def running(stack: Settings) -> None:  # noqa: ARG001 - it has to run
    """Have all connectors run, whatever the test before did to them."""
    result = connectors()
    assert result.returncode == 0, result.stderr
