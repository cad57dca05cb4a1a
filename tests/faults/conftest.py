"""The whole pipeline, at work, for the faults that it has to survive."""

import pytest

from settings import Settings
from tests.pipeline import connectors


@pytest.fixture(scope="module", autouse=True)
def pipeline(stack: Settings) -> Settings:
    """Have the connectors run. Workers and load belong to each test."""
    connectors()
    return stack
