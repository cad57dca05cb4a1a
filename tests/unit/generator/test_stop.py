"""A signal ends a run, whenever it comes."""

import signal

from generator.stop import Stop


def test_a_signal_that_comes_while_the_event_is_locked_ends_the_wait() -> None:
    with Stop() as stop:
        with stop.event._cond:  # type: ignore[attr-defined]  # as the main thread holds it for a moment in each wait
            signal.raise_signal(signal.SIGTERM)
        assert stop.event.wait(timeout=60)
