"""What goes wrong outside, as one line for a person; and the patience to wait for what is only late."""

import logging
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

logger = logging.getLogger(__name__)

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
        aloud: whether to log, once, for what it waits.

    Raises:
        LateError: the last one, after `seconds`.
    """

    def say(state: RetryCallState) -> None:
        if aloud and state.attempt_number == 1 and state.outcome is not None:
            fields = {"event": "waiting", "seconds": seconds}
            logger.warning("%s: waiting up to %.0f s", state.outcome.exception(), seconds, extra=fields)

    retrying = Retrying(
        retry=retry_if_exception_type(LateError),
        wait=wait_exponential(multiplier=0.2, max=2),
        stop=stop_after_delay(seconds),
        before_sleep=say,
        reraise=True,
    )
    return retrying(call)
