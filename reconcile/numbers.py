"""Documents as numbers by their paths, and where two sets of them differ. Pure."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from cdc import Path

Numbers = dict[Path, Decimal]

NOT_IN_SQL = frozenset({"events", "total_events", "on_time_share"})
"""What counts processing, and not rows; and a share whose two parts are compared."""


class Difference(NamedTuple):
    """A number that is not what SQL says. None means missing on that side."""

    path: Path
    shown: Decimal | None
    truth: Decimal | None


def numbers_of(documents: Mapping[str, Any]) -> Numbers:
    """Return every number of some documents that SQL knows as well."""
    return {
        path: number
        for name, document in documents.items()
        if name not in NOT_IN_SQL
        for path, number in _numbers((name,), document)
    }


def differences(shown: Numbers, truth: Numbers) -> list[Difference]:
    """Return where the two differ, in the order of their paths."""
    return [
        Difference(path, shown.get(path), truth.get(path))
        for path in sorted(shown.keys() | truth.keys())
        if shown.get(path) != truth.get(path)
    ]


def _numbers(path: Path, node: Any) -> Iterator[tuple[Path, Decimal]]:
    if isinstance(node, list):  # rows, told apart by their id
        node = {str(row["id"]): {column: row[column] for column in row.keys() - {"id"}} for row in node}
    if isinstance(node, Mapping):
        for name, child in node.items():
            if name not in NOT_IN_SQL:
                yield from _numbers((*path, name), child)
        return
    if node is not None:  # not known
        try:
            yield path, Decimal(node)
        except InvalidOperation:
            return  # a text: when the document was made, or a warehouse's name
