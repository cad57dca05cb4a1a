"""Why a task failed, in one line out of a Java stack trace."""

import re

CAUSE = re.compile(r"^(?:Caused by: )?(?:[\w$]+\.)+(?P<kind>[\w$]+)(?:: (?P<message>.*))?$", re.MULTILINE)
PASSWORD = re.compile(r"(?<=://)[^/\s@]+:[^/\s]*(?=@)|(?<=password=)[^\s&,;]+", re.IGNORECASE)


def cause_of(trace: str) -> str:
    """Return the message of the deepest exception of a trace, without any password that it may quote."""
    causes = list(CAUSE.finditer(trace))
    if not causes:
        return redact(trace.strip().partition("\n")[0])
    deepest = causes[-1]
    return redact(deepest["message"] or deepest["kind"])


def redact(text: str) -> str:
    """Hide the credentials of a URL and the value of a `password=`."""
    return PASSWORD.sub("***", text)
