"""How old each number is: its "as of", the commit time up to which all changes of its source are in it."""

from freshness.frontier import Frontier, oldest
from freshness.heartbeats import Beat, follow, sources

__all__ = ["Beat", "Frontier", "follow", "oldest", "sources"]
