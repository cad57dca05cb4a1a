"""The page is opened on the whole pipeline."""

from tests.faults.conftest import pipeline

__all__ = ["pipeline"]
