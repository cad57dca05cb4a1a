"""What is no change event is refused, and the reason says what is wrong."""

from typing import Any, Literal

import msgspec
import pytest

from cdc import Cents, ChangeDecoder, Id, Malformed, Quantity, Row, Timestamp


class Sale(Row):
    id: Id
    status: Literal["open", "paid"]
    quantity: Quantity
    amount: Cents
    at: Timestamp


GOOD = {"id": 7, "status": "paid", "quantity": 2, "amount": "12.50", "at": "2026-11-24T10:00:00.000000Z", "more": [1]}
decode = ChangeDecoder(Sale)


def event(op: str = "c", before: Any = None, after: Any = None) -> bytes:
    return msgspec.json.encode({"op": op, "before": before, "after": after, "source": {"lsn": 5}, "ts_ms": 1})


def test_a_row_is_decoded_and_unknown_columns_are_skipped() -> None:
    change = decode(event(after=GOOD))
    assert change.after is not None
    assert (change.after.id, change.after.amount, change.source.lsn) == (7, 1250, 5)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"\x00\xff not json", "JSON is malformed"),
        (b'{"op": "c"', "truncated"),
        (b"null", "Expected `object`, got `null`"),
        (b"[]", "Expected `object`, got `array`"),
        (event("x", after=GOOD), "Invalid enum value 'x'"),
        (event("t"), "Invalid enum value 't'"),
        (event(), "create without `after`"),
        (event("u", after=GOOD), "REPLICA IDENTITY FULL"),
        (event("d"), "delete without `before`"),
        (event(after={k: v for k, v in GOOD.items() if k != "status"}), "missing required field `status`"),
        (event(after=GOOD | {"status": None}), "Expected `str`, got `null`"),
        (event(after=GOOD | {"status": "lost"}), "Invalid enum value 'lost'"),
        (event(after=GOOD | {"quantity": "2"}), "Expected `int`, got `str`"),
        (event(after=GOOD | {"quantity": 2**31}), "Expected `int` <= 2147483647"),
        (event(after=GOOD | {"id": 0}), "Expected `int` >= 1"),
        (event(after=GOOD | {"amount": 12.5}), "Expected money as a string"),
        (event(after=GOOD | {"amount": "NaN"}), "Expected an amount"),
        (event(after=GOOD | {"amount": "99999999999.00"}), "numeric(12,2)"),
        (event(after=GOOD | {"at": "2026-13-01T00:00:00Z"}), "Invalid RFC3339"),
        (event(after=GOOD | {"at": "2026-11-24T10:00:00"}), "timezone"),
        (event(after=GOOD).replace(b'"lsn":5', b'"lsn":36893488147419103232'), "$.source.lsn"),
        (event("u", before=GOOD | {"amount": None}, after=GOOD), "$.before.amount"),
    ],
)
def test_what_is_no_change_event_is_refused(value: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        decode(value)
    assert reason in str(refused.value)
