"""Waiting for a database that is away, for as long as it takes."""

from collections.abc import Callable
from logging import Logger
from threading import Event, Thread

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_when_event_set,
    wait_exponential,
)

from databases.connection import UnreachableError


def until_reachable(
    stop: Event,
    logger: Logger,
    *,
    first: float,
    longest: float,
    tell: Callable[[str], object] | None = None,
) -> Retrying:
    """Return what calls again, with back-off, as long as a database does not answer.

    Once the waiting is ended, the last `UnreachableError` is raised.

    Args:
        stop: ends all waiting.
        logger: where it says what it waits for.
        first: seconds before the second try.
        longest: seconds between two tries at the most.
        tell: is told what it waits for, before each wait.
    """
    return Retrying(
        retry=retry_if_exception_type(UnreachableError),
        wait=wait_exponential(multiplier=first, max=longest),
        stop=stop_when_event_set(stop),
        sleep=sleep_using_event(stop),
        before_sleep=saying(logger, tell),
        reraise=True,
    )


def end_from_signal(stop: Event) -> None:
    """Set an event in a signal's handler: from a thread of its own.

    A handler runs between any two steps of the main thread, which may just hold the lock of the event that it waits
    for: to set the event there and then would wait for that lock for ever.
    """
    Thread(target=stop.set).start()


def saying(logger: Logger, tell: Callable[[str], object] | None = None) -> Callable[[RetryCallState], None]:
    """Return what logs, before each wait, why and for how long; `tell` gets the reason too."""

    def say(state: RetryCallState) -> None:
        if state.outcome and state.next_action:
            fields = {"event": "waiting", "attempt": state.attempt_number, "seconds": state.next_action.sleep}
            logger.warning("%s; trying again in %.1f s", state.outcome.exception(), fields["seconds"], extra=fields)
            if tell is not None:
                tell(str(state.outcome.exception()))

    return say
