"""What the other parts write, a worker can read."""

import msgspec
import pytest

from app.others import Connector, Heard, Others, heard
from app.pulse import NEVER
from connectors.watch import Report, document


def test_what_the_watch_writes_is_read() -> None:
    said = document([Report("erp-connector", "FAILED", ("FAILED",), "it failed", 7, True, 2)])
    others = heard([said, None], Others(), 100.0)
    assert others.parts == {"connectors": Heard(msgspec.json.decode(said)["updated_at"], 100.0), "spark": Heard()}
    assert others.connectors == (Connector("erp-connector", "it failed", 7, True, 2),)


def test_who_says_the_same_again_has_said_nothing() -> None:
    said = [b'{"updated_at": "noon"}', b'{"updated_at": "noon"}']
    first = heard(said, Others(), 100.0)
    later = heard([said[0], b'{"updated_at": "later"}'], first, 107.0)
    assert (later.parts["connectors"].at, later.parts["spark"].at) == (100.0, 107.0)


@pytest.mark.parametrize("document", [None, b"", b"{}", b"[]", b"\xff", b'{"updated_at": 7}'])
def test_what_cannot_be_read_was_not_said(document: bytes | None) -> None:
    former = heard([b'{"updated_at": "noon"}', None], Others(), 100.0)
    assert heard([document, document], former, 107.0) == former
    assert former.parts["spark"].at == NEVER
