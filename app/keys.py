"""The keys in Redis that the mirror writes and the comparison reads. The scripts beside it name them, too."""

from functools import cache

from freshness.frontier import Partition

VIEW_VERSION = 2
"""Raised when the keys ``mirror:*`` change their contents: what an earlier version wrote is then written anew."""

OWNER = "mirror:cluster"
"""Whose the mirror is, see `owner_of`."""

METRICS = "metrics:"
"""Begins the key of a document."""

DASHBOARD = "dashboard"
"""A document that has no totals of its own: it is made of those of others."""

PARTIALS = b"mirror:partials:"
"""Begins the key of a partition's partials: a hash, see ``swap.lua``. `field_of` ends it."""

TOTALS = "mirror:totals:"
"""Begins the key of a document's totals: a hash of path -> total."""

AS_OF = "mirror:as_of"
"""A hash: by partition, as `field_of` names it, the commit time in ms up to which it is counted; empty: not known.

A partition is in it once it has been written since the server was emptied.
"""

VERSION = "mirror:version"
"""How many writes there were: each raises it in the MULTI that changes the totals."""

VERSIONS = "mirror:versions"
"""A hash: by key of a document, of which write's totals it was made."""


@cache
def field_of(partition: Partition) -> bytes:
    """Return the name of a partition in a key or a hash."""
    return "{}:{}".format(*partition).encode()


def owner_of(cluster: str, app: str) -> str:
    """Return whose a mirror is: positions belong to a Kafka cluster, and totals to what has counted them.

    Args:
        cluster: the id of the Kafka cluster.
        app: the id of the Faust app, which has its version.
    """
    return f"{cluster} {app} view {VIEW_VERSION}"
