"""How every process of the project logs: set up by one call, with one level and one format from `settings`."""

import json
import logging
import re
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from settings import LogFormat, LogLevel, settings

LEAST = {"aiokafka": logging.WARNING, "py4j": logging.CRITICAL}
"""What noisy third parties need to say something, unless the level is debug.

py4j: what a sink of Spark's raises ends its query, and is told as the query's end.
"""

PASSWORD = re.compile(r'(://[^\s/:@"]*):(?:\\.|[^\s/"\\])*@')
"""A password in a URL, also in one within JSON."""

_OF_EVERY_RECORD = vars(logging.makeLogRecord({})).keys() | {"message", "asctime", "taskName"}


class TextLines(logging.Formatter):
    """Makes lines for people: time, level, logger, message."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        """Return the time in UTC, as ISO 8601 has it."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without passwords of URLs: those who wrote it may not have known that one is in there."""
        return PASSWORD.sub(r"\1:***@", self.line(record))

    def line(self, record: logging.LogRecord) -> str:
        """Return the line, with the trace of an exception below it."""
        return super().format(record)


class JsonLines(TextLines):
    """Makes lines for programs: one JSON object each, with what the caller gave as ``extra``."""

    def line(self, record: logging.LogRecord) -> str:
        """Return the object. What JSON does not know is shown as text: a line is never lost for its contents."""
        fields: dict[str, Any] = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        extra = {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD | fields.keys()}
        if record.exc_info:
            extra["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            extra["stack"] = self.formatStack(record.stack_info)
        try:
            return json.dumps(fields | extra, default=str)
        except (TypeError, ValueError):  # a key that is no text, or a value that contains itself
            return json.dumps(fields | {name: str(value) for name, value in extra.items()})


FORMATTERS = {LogFormat.TEXT: TextLines, LogFormat.JSON: JsonLines}


class StandardStream(logging.StreamHandler[TextIO]):
    """Writes to what is the stream at that moment: while a progress bar is drawn, it takes the lines to above it."""

    def __init__(self, name: Literal["stdout", "stderr"]) -> None:
        logging.Handler.__init__(self)
        self._name = name

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """The stream."""
        found: TextIO = getattr(sys, self._name)
        return found


def set_up(stream: Literal["stdout", "stderr"] = "stderr", *, muted: Collection[str] = ()) -> None:
    """Log from now on as the settings say; whatever was set up before no longer counts.

    Args:
        stream: where the lines go.
        muted: loggers of clients whose failures this process says itself. At the level debug they are heard too.
    """
    level = settings().log_level
    handler = StandardStream(stream)
    handler.setFormatter(FORMATTERS[settings().log_format]())
    handler.setLevel(level.name)  # also for loggers with a level of their own
    logging.basicConfig(level=level.name, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name, least in (LEAST | dict.fromkeys(muted, logging.CRITICAL)).items():
        logging.getLogger(name).setLevel(logging.NOTSET if level is LogLevel.DEBUG else least)
