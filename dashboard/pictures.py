"""``python -m dashboard.pictures URL``: the pictures of the documents, taken from a page that runs."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Annotated

import typer
from playwright.sync_api import Browser, Error, sync_playwright

from settings import CHECKOUT
from stack.errors import StackError

FOLDER = CHECKOUT / "docs" / "images"
HEIGHTS = {"live": {390: 2700, 1280: 1290, 1920: 1290}, "history": {390: 4300, 1280: 2200, 1920: 2100}}
"""Pixels from the top to the last row, by page and width."""
HEIGHTS["pipeline"] = {390: 2700, 1280: 1700, 1920: 1500}
SETTLED = 6_000
"""Milliseconds after which a page has been redrawn once, and its charts have ended to move."""


@contextmanager
def system_browser() -> Iterator[Browser]:
    """Have the system's Chromium, which ``make test`` installs. Also the tests open the page in it.

    Raises:
        StackError: There is none.
    """
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        raise StackError("There is no Chromium: please install it (Debian's package is chromium)")
    # No sandbox: root has none. The browser opens only the page of this project.
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]) as browser,
    ):
        yield browser


Address = Annotated[str, typer.Argument(help="Where the page runs.")]


def main(address: Address = "http://127.0.0.1:8501") -> None:
    """Take each page at each width, light and dark, into docs/images."""
    try:
        take(address)
    except (StackError, Error) as error:
        typer.echo(str(error).splitlines()[0], err=True)
        sys.exit(1)


def take(address: str) -> None:
    """Take the pictures of a page that runs."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with system_browser() as browser:
        for (name, heights), scheme in product(HEIGHTS.items(), ("light", "dark")):
            for width, height in heights.items():
                size = {"width": width, "height": height}
                with browser.new_context(viewport=size, color_scheme=scheme) as context:  # type: ignore[arg-type]
                    page = context.new_page()
                    page.goto(f"{address}/{'' if name == 'live' else name}")
                    page.locator("[data-testid=stMetric], [data-testid=stDataFrame]").first.wait_for()
                    page.wait_for_timeout(SETTLED)
                    page.screenshot(path=FOLDER / f"{name}-{width}-{scheme}.png")
                    print(f"{name}-{width}-{scheme}.png")  # noqa: T201


if __name__ == "__main__":
    typer.run(main)
