"""The one error that this package raises on purpose."""


class StackError(Exception):
    """Something that a person can put right. Its text is one line: what failed, where, and what to do."""
