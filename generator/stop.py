"""The end of a run: by Ctrl-C, by SIGTERM, or when its time is over. What is being written is finished first."""

import signal
from threading import Event, Timer
from types import FrameType, TracebackType
from typing import Self

from databases import UnreachableError
from databases.patience import end_from_signal


class Stop:
    """Lends an event that is set when the run is to end, so that every wait ends with it."""

    def __init__(self) -> None:
        self.event = Event()
        self._asked = False
        self._timer: Timer | None = None

    def after(self, seconds: float) -> None:
        """End the run after some time."""
        self._timer = Timer(seconds, self.event.set)
        self._timer.daemon = True
        self._timer.start()

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if self._timer is not None:
            self._timer.cancel()
        return self._asked and isinstance(error, UnreachableError)  # nobody waits for that database any more

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        end_from_signal(self.event)
