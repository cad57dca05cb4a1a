from cdc import ChangeDecoder, Id, Row
from connectors.resets import reset_record


class Stock(Row):
    id: Id


def test_a_reset_is_understood_as_a_change_event_without_a_row() -> None:
    event = ChangeDecoder(Stock)(reset_record(lsn=4711, ts_ms=1_700_000_000_000))
    assert (event.op, event.source.lsn, event.before, event.after) == ("reset", 4711, None, None)
