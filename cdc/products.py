"""What each product was called, and its category, from when on."""

from collections.abc import Iterable

from cdc.event import ChangeEvent
from cdc.items import Named
from cdc.row import Id, Row, Text
from cdc.versions import Version, Versions, nearest


class Product(Row):
    """A row of ``product``."""

    id: Id
    name: Text
    category: Text


Naming = tuple[int, Version[Named]]
"""A product's id, and what it was called from a time on."""


def naming(event: ChangeEvent[Product]) -> Naming | None:
    """Return what a change says of a product's name; None where it deletes it."""
    if event.after is None:
        return None
    return event.after.id, Version(event.source.ts_ms or 0, Named(event.after.name, event.after.category))


class Products:
    """Products by id, as one source tells of them.

    They grow with the products that there ever were and with their new names, not with their prices or their sales. A
    deleted product stays: its lines may be retracted after it.
    """

    def __init__(self) -> None:
        self._versions: dict[int, Versions[Named]] = {}

    def __contains__(self, product_id: int) -> bool:
        """Tell whether a product is known."""
        return product_id in self._versions

    def at(self, product_id: int, moment: int) -> Version[Named]:
        """Return what a known product was called at a time, in ms since 1970, and since when."""
        return self._versions[product_id].at(moment)

    def add(self, product_id: int, version: Version[Named]) -> None:
        """Take up a version. Of two since the same millisecond, the later known holds."""
        self._versions.setdefault(product_id, Versions()).add(version)


def named(sources: Iterable[Products], product_id: int, moment: int) -> Version[Named] | None:
    """Return what a product was called at a time, in ms since 1970, and since when; None where no source knows it.

    Of two that tell of the same millisecond, the former goes before.
    """
    known = [products.at(product_id, moment) for products in sources if product_id in products]
    return nearest(known, moment) if known else None


def is_news(sources: Iterable[Products], product_id: int, version: Version[Named]) -> bool:
    """Tell whether a version says other than what the sources know of its time.

    This is for versions that come in order, as a partition has them: else one that comes later may go between the two.
    """
    known = named(sources, product_id, version.since)
    return known is None or known.since > version.since or known.value != version.value
