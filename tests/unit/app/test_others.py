"""What the other parts write, a worker can read."""

from datetime import UTC, datetime

import msgspec
import pytest

from app.others import PARTS, Compared, Connector, Heard, Others, Query, heard
from app.pulse import NEVER
from connectors.watch import Report, document
from tests.unit.dashboard.conftest import documents

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONOTONIC = 100.0


def said(**parts: bytes | None) -> list[bytes | None]:
    """Return what is at `KEYS` where these parts said something."""
    return [parts.get(part) for part in PARTS]


def test_what_the_watch_writes_is_read() -> None:
    told = document([Report("erp-connector", "FAILED", ("FAILED",), "it failed", 7, True, 2, True, NOON)], 3, NOON)
    others = heard(said(connectors=told), Others(), MONOTONIC)
    assert others.parts["connectors"] == Heard(msgspec.json.decode(told)["updated_at"], MONOTONIC)
    assert others.parts["spark"] == Heard()
    assert others.connectors is not None
    assert others.connectors.connectors == (
        Connector(
            "erp-connector", "it failed", 7, slot_endangered=True, restarts=2, in_snapshot=True, heartbeat_at=NOON
        ),
    )
    assert others.connectors.dead_letters_unseen == 3


def test_what_each_part_writes_is_read() -> None:
    found = documents()
    written = said(**{part: msgspec.json.encode(found[f"status:{part}"]) for part in PARTS})
    others = heard(written, Others(), MONOTONIC)
    assert others.spark is not None
    assert others.faust is not None
    assert others.reconcile is not None
    assert others.starts is not None
    counted = datetime.fromisoformat(found["status:spark"]["queries"]["warehouse"]["as_of"])
    assert others.spark.queries["warehouse"] == Query(counted)
    assert others.faust.as_of["customer"] == counted
    assert (others.reconcile.every_seconds, others.reconcile.databases) == (60, (Compared("instashop"),))
    assert others.starts.crashes == 0


def test_who_says_the_same_again_has_said_nothing() -> None:
    noon, later = b'{"updated_at": "noon"}', b'{"updated_at": "later"}'
    first = heard(said(connectors=noon, spark=noon), Others(), 100.0)
    then = heard(said(connectors=noon, spark=later), first, 107.0)
    assert (then.parts["connectors"].at, then.parts["spark"].at) == (100.0, 107.0)


@pytest.mark.parametrize("document", [None, b"", b"{}", b"[]", b"\xff", b'{"updated_at": 7}'])
def test_what_cannot_be_read_was_not_said(document: bytes | None) -> None:
    former = heard(said(connectors=b'{"updated_at": "noon"}'), Others(), 100.0)
    assert heard([document] * len(PARTS), former, 107.0) == former
    assert former.parts["spark"].at == NEVER
