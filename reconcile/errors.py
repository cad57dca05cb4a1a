"""Why a database cannot be compared now."""


class NotComparable(Exception):
    """A database cannot be compared now. The message is the reason, in one line."""
