"""Records off the wire: handed out as they are, and the client's own copy of one where it is asked for."""

from aiokafka.consumer.fetcher import READ_UNCOMMITTED, FetchResult, PartitionRecords
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from faust.types import TP

from app.records import Fetched, consumer_record

PARTITION = TP("transaction", 3)
SENT = [(b"1", b"one", [("reason", b"why")]), (None, b"two", []), (b"3", None, [])]


def fetched() -> FetchResult:
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1024)
    for offset, (key, value, headers) in enumerate(SENT):
        builder.append(offset, 1_767_225_600_000, key, value, headers)
    records = PartitionRecords(
        PARTITION, MemoryRecords(bytes(builder.build())), [], 0, None, None, True, READ_UNCOMMITTED
    )
    return FetchResult(PARTITION, assignment=None, partition_records=records, backoff=0)


def test_what_a_fetcher_stores_is_handed_out_as_it_was_read_and_says_what_the_clients_copy_says() -> None:
    copies = list(fetched()._partition_records)
    store = Fetched()
    store[PARTITION] = result = fetched()

    records = list(result._partition_records)

    assert store == {PARTITION: result}
    assert not {type(record) for record in records} & {type(copy) for copy in copies}
    assert [(record.key, record.value, list(record.headers)) for record in records] == SENT
    assert [consumer_record(PARTITION, record) for record in records] == copies


def test_an_error_in_the_place_of_a_fetch_is_stored_as_it_is() -> None:
    store, error = Fetched(), object()

    store[PARTITION] = error

    assert store[PARTITION] is error
