"""``python -m dashboard.pictures URL``: the pictures of the documents, taken from a page that runs."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from itertools import product
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import typer
from playwright.sync_api import Browser, Error, ViewportSize, sync_playwright

from settings import CHECKOUT
from stack.errors import StackError

FOLDER = CHECKOUT / "docs" / "images"
HEIGHTS = {
    "live": {390: 2700, 1280: 1290, 1920: 1290},
    "history": {390: 4300, 1280: 2200, 1920: 2100},
    "pipeline": {390: 2700, 1280: 1700, 1920: 1500},
}
"""Pixels from the top to the last row, by page and width."""
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
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


class Picture(NamedTuple):
    """One page at one width, in one of the two schemes."""

    page: str
    width: int
    height: int
    scheme: Scheme

    @property
    def name(self) -> str:
        """The file's name: ``live-390-dark.png``."""
        return f"{self.page}-{self.width}-{self.scheme}.png"


PICTURES = [
    Picture(page, width, height, scheme)
    for (page, heights), scheme in product(HEIGHTS.items(), SCHEMES)
    for width, height in heights.items()
]

Address = Annotated[str, typer.Argument(help="Where the page runs.")]
Only = Annotated[str, typer.Option(help="Those whose file names match, as in a shell: live-390-*.")]
Folder = Annotated[Path, typer.Option(help="Where to put them.", file_okay=False)]


def main(address: Address = "http://127.0.0.1:8501", only: Only = "*", folder: Folder = FOLDER) -> None:
    """Take each page at each width, light and dark."""
    wanted = [picture for picture in PICTURES if fnmatch(picture.name, only)]
    if not wanted:
        raise typer.BadParameter(f"no picture is called so; {PICTURES[0].name} is one.", param_hint="--only")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with system_browser() as browser:
            for picture in wanted:
                take(picture, browser, address, folder)
    except (StackError, Error) as error:
        typer.echo(str(error).splitlines()[0], err=True)
        sys.exit(1)


def take(picture: Picture, browser: Browser, address: str, folder: Path) -> None:
    """Take a picture of a page that runs."""
    size = ViewportSize(width=picture.width, height=picture.height)
    with browser.new_context(viewport=size, color_scheme=picture.scheme) as context:
        page = context.new_page()
        page.goto(f"{address}/{'' if picture.page == 'live' else picture.page}")
        page.locator("[data-testid=stMetric], [data-testid=stDataFrame]").first.wait_for()
        page.wait_for_timeout(SETTLED)
        page.screenshot(path=folder / picture.name)
        typer.echo(picture.name)


if __name__ == "__main__":
    typer.run(main)
