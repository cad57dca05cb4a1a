"""What an error of Redis says: that it is away, which passes, or that it refuses, which someone has to mend."""

from collections.abc import Mapping

from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
)

WORDS: Mapping[type[Exception], str] = {
    OutOfMemoryError: "OOM ",
    NoPermissionError: "NOPERM ",
    ReadOnlyError: "READONLY ",
}
"""The word with which Redis begins its answer, and which its client takes away."""

MAX_REASON_CHARACTERS = 300
"""The error of a pipeline quotes the whole command."""


def refusal(error: Exception) -> str | None:
    """Return why Redis refuses what it was asked, in its own words; None if it does not answer, or not yet."""
    if not isinstance(error, ResponseError | AuthenticationError | AuthorizationError):
        return None
    return f"{WORDS.get(type(error), '')}{reason(error)}"


def reason(error: Exception) -> str:
    """Return what an error says, without the command that it quotes."""
    said = str(error).rpartition("caused error: ")[2].strip().rstrip(".")
    return said[:MAX_REASON_CHARACTERS] or type(error).__name__
