"""Kafka's records as the client reads them off the wire, without the copy that it makes of each for its users.

That `ConsumerRecord` of eleven fields is a third of what the bare client spends on a record. Those of a batch share
their topic and partition, and of most no more is asked than the offset and the value.

This relies on private parts of aiokafka 0.14.0, to be looked at when it is upgraded: ``consumer/fetcher.py``,
``Fetcher._records``, ``FetchResult._partition_records``, ``PartitionRecords._consumer_record``.
"""

from collections import OrderedDict
from typing import Protocol

from aiokafka import ConsumerRecord
from aiokafka.consumer.fetcher import FetchResult
from faust.types import TP


class Record(Protocol):
    """What stands on the wire."""

    @property
    def offset(self) -> int:
        """Where it stands in its partition."""

    @property
    def timestamp(self) -> int | None:
        """When it was sent, in ms since 1970."""

    @property
    def timestamp_type(self) -> int | None:
        """0 where its producer set the timestamp, 1 where the broker did."""

    @property
    def key(self) -> bytes | None:
        """The bytes of its key."""

    @property
    def value(self) -> bytes | None:
        """The bytes of its value; None for a tombstone."""

    @property
    def headers(self) -> list[tuple[str, bytes | None]]:
        """Names and values."""


class Fetched(OrderedDict[TP, object]):
    """In place of a fetcher's store of what it has fetched: its records are handed out as they were read."""

    def __setitem__(self, tp: TP, fetched: object) -> None:
        """Store what was fetched of a partition; it is unpacked later."""
        if isinstance(fetched, FetchResult):
            fetched._partition_records._consumer_record = lambda _, record: record
        super().__setitem__(tp, fetched)


def consumer_record(tp: TP, record: Record) -> ConsumerRecord:
    """Make that copy of one record."""
    return ConsumerRecord(
        tp.topic,
        tp.partition,
        record.offset,
        record.timestamp,
        record.timestamp_type,
        record.key,
        record.value,
        None,
        -1 if record.key is None else len(record.key),
        -1 if record.value is None else len(record.value),
        tuple(record.headers),
    )
