"""The documents that people see, compared with the totals that they are made of. Pure."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from app.documents import Totals, documents
from app.keys import METRICS
from reconcile.numbers import Difference, differences, numbers_of

Published = Mapping[str, Mapping[str, Any]]


def of_these_totals(names: Collection[str], version: int, versions: Mapping[bytes, bytes]) -> set[str]:
    """Return which documents were made of the totals that stand beside them. Others are about to be published.

    Args:
        names: of documents.
        version: how many writes there were: each raises `app.keys.VERSION` in the MULTI that changes the totals.
        versions: what Redis has at `app.keys.VERSIONS`: of which write's totals each key was made.
    """
    return {name for name in names if int(versions.get(f"{METRICS}{name}".encode(), -1)) == version}


def differing(published: Published, totals: Totals, now: datetime) -> list[Difference]:
    """Return where documents are not what the totals make of them.

    Args:
        published: documents that were made of these totals.
        totals: the totals.
        now: what today is for a document that does not say when it was made.
    """
    found: list[Difference] = []
    for name, document in sorted(published.items()):
        made = documents({name}, totals, made_at(document) or now)
        found += differences(numbers_of({name: document}), numbers_of({name: made[name]}))
    return [Difference((METRICS + each.path[0], *each.path[1:]), each.shown, each.truth) for each in found]


def made_at(document: Mapping[str, Any]) -> datetime | None:
    """Return when a document was made, which decides what its today is."""
    try:
        return datetime.fromisoformat(document["updated_at"])
    except (KeyError, TypeError, ValueError):
        return None
