"""What the other parts write, a worker can read."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from app.others import Connector, Others, heard
from app.pulse import NEVER
from connectors.watch import Report, document


def test_what_the_watch_writes_is_read() -> None:
    reports = [Report("erp-connector", "FAILED", ("FAILED",), "it failed", 7, 2)]
    said = document(reports)
    later = msgspec.json.decode(said, type=dict)["updated_at"]
    now = datetime.fromisoformat(later) + timedelta(seconds=9)
    others = heard([said, None], now, 100.0)
    assert others.said_at == {"connectors": 91.0, "spark": NEVER}
    assert others.connectors == (Connector("erp-connector", "it failed", 7),)


@pytest.mark.parametrize(
    "document", [None, b"", b"{}", b"[]", b'{"updated_at": 7}', b"\xff", b'{"updated_at": "noon"}']
)
def test_what_cannot_be_read_was_not_said(document: bytes | None) -> None:
    assert heard([document, document], datetime.now(UTC), 100.0) == Others()
