"""What goes wrong outside, as one line for a person; and the patience to wait for what is only late."""

import sys
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

T = TypeVar("T")


class ConnectorsError(Exception):
    """Something that a person has to put right; the message is one line."""


class LateError(ConnectorsError):
    """Something that may come right by itself."""


def patiently(call: Callable[[], T], seconds: float, *, aloud: bool = False) -> T:
    """Call until it raises no `LateError`, with back-off up to 2 s.

    Args:
        call: what to try.
        seconds: for how long.
        aloud: whether to say on stderr, once, for what it waits.

    Raises:
        LateError: the last one, after `seconds`.
    """

    def say(state: RetryCallState) -> None:
        if aloud and state.attempt_number == 1 and state.outcome is not None:
            print(f"{state.outcome.exception()}: waiting up to {seconds:.0f} s", file=sys.stderr)  # noqa: T201

    retrying = Retrying(
        retry=retry_if_exception_type(LateError),
        wait=wait_exponential(multiplier=0.2, max=2),
        stop=stop_after_delay(seconds),
        before_sleep=say,
        reraise=True,
    )
    return retrying(call)
