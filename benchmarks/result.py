"""A measured value, and what is demanded of it."""

from typing import NamedTuple


class Result(NamedTuple):
    """A row of the table."""

    what: str
    value: str
    demanded: str = ""
    met: bool | None = None
    """None where nothing is demanded."""
