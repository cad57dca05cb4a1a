"""Why a task failed, in one line out of a Java stack trace."""

import re
from textwrap import shorten

CAUSE = re.compile(r"^(?:Caused by: )?(?:[\w$]+\.)+(?P<kind>[\w$]+)(?:: (?P<message>.*))?$", re.MULTILINE)
LONGEST = 300  # characters
PASSWORD = re.compile(r"(?<=://)[^/\s@]+:[^/\s]*(?=@)|(?<=password=)[^\s&,;]+", re.IGNORECASE)


def cause_of(trace: str) -> str:
    """Return the message of the deepest exception of a trace, without any password that it may quote.

    Some of Debezium's messages quote whole objects: what is longer than a few lines of a terminal is cut.
    """
    causes = list(CAUSE.finditer(trace))
    message = (causes[-1]["message"] or causes[-1]["kind"]) if causes else trace.strip().partition("\n")[0]
    return shorten(redact(message), LONGEST, placeholder=" …")


def redact(text: str) -> str:
    """Hide the credentials of a URL and the value of a `password=`."""
    return PASSWORD.sub("***", text)
