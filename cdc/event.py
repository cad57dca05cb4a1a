"""The change event: a row before and after, as Debezium's JSON converter writes it without schemas."""

from typing import Annotated, Generic, Literal, TypeVar

import msgspec

from cdc.row import Row, decode_column

R = TypeVar("R", bound=Row)

RESET = "reset"
"""The operation of a record that ``python -m connectors`` writes before a new snapshot."""

OPERATIONS = {"c": "create", "u": "update", "d": "delete", "r": "read"}
"""Debezium's letters, and the names that ``metrics:events`` shows."""

NEEDS_BEFORE = frozenset("ud")
NEEDS_AFTER = frozenset("cur")


class Malformed(ValueError):
    """A record that is no change event; the message says why, for ``dead_letters``."""


Whole = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A whole number that a ``bigint`` holds."""


class Source(msgspec.Struct, gc=False):
    """Where in PostgreSQL the change stands, and when it was committed. All rows of one snapshot share one LSN.

    Attributes:
        lsn: The position in the WAL.
        ts_ms: The commit time, in ms since 1970.
    """

    lsn: Whole | None = None
    ts_ms: Whole | None = None


class TransactionSource(Source, gc=False):
    """The same with the transaction. Counting does without it, and so does not decode it.

    Attributes:
        tx_id: The low 32 bits of the transaction's id; those of a snapshot's rows are of Debezium's own transaction.
    """

    tx_id: Whole | None = msgspec.field(default=None, name="txId")


class ChangeEvent(msgspec.Struct, Generic[R], gc=False):
    """A row that was created, read by a snapshot, updated or deleted; or a reset, which has no row."""

    op: Literal["c", "u", "d", "r", "reset"]
    source: Source
    before: R | None = None
    after: R | None = None


class ChangeDecoder(Generic[R]):
    """Decodes the records of one topic into change events of its row type."""

    def __init__(self, row: type[R]) -> None:
        self._decode = msgspec.json.Decoder(ChangeEvent[row], dec_hook=decode_column).decode  # type: ignore[valid-type]

    def __call__(self, value: bytes) -> ChangeEvent[R]:
        """Decode a record's value.

        Raises:
            Malformed: where it is not JSON, lacks a column, or a column's value is not of its type.
        """
        try:
            event: ChangeEvent[R] = self._decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Malformed(str(error)) from error
        if event.before is None and event.op in NEEDS_BEFORE:
            raise Malformed(f"{OPERATIONS[event.op]} without `before`: does the table have REPLICA IDENTITY FULL?")
        if event.after is None and event.op in NEEDS_AFTER:
            raise Malformed(f"{OPERATIONS[event.op]} without `after`")
        return event
