"""The diagrams in the documents are those of the databases."""

from pathlib import Path

import pytest

from settings import CHECKOUT, Settings
from tests.integration.shop import fresh

PAGES = ("database-erd.md", "warehouse-erd.md")


@pytest.fixture(scope="module")
def made(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the pages anew, of fresh databases."""
    folder = tmp_path_factory.mktemp("erd")
    with fresh(stack) as databases:
        databases.run("databases")
        databases.run("databases.erd", str(folder))
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_what_the_catalogues_say(made: Path, page: str) -> None:
    assert (CHECKOUT / "docs" / page).read_text() == (made / page).read_text(), "run python -m databases.erd"
