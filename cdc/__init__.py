"""Change data, pure: what a change event says, and what it does to a total. Imports no Kafka, Redis or Spark."""

from cdc.event import ChangeDecoder, ChangeEvent, Malformed
from cdc.partials import PartitionPartials
from cdc.row import Cents, Id, Quantity, Row, Text, Timestamp, utc_day
from cdc.tallies import Measures, Path, Tallies, Tally, measure, remembered
from cdc.totals import Change, change_of

__all__ = [
    "Cents",
    "Change",
    "ChangeDecoder",
    "ChangeEvent",
    "Id",
    "Malformed",
    "Measures",
    "PartitionPartials",
    "Path",
    "Quantity",
    "Row",
    "Tallies",
    "Tally",
    "Text",
    "Timestamp",
    "change_of",
    "measure",
    "remembered",
    "utc_day",
]
