"""What a table needs of its changelog: of each partial the newest entry, and not each that it ever had.

Faust recovers record by record, and spends 300 µs on each. A busy shop writes hundreds of them a second, and compaction
leaves those of the last minutes alone: without this, a worker that died would read longer than it takes to notice.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from aiokafka import ConsumerRecord

decode = msgspec.json.Decoder(list[Any]).decode  # an `Entry`, whose first is never null


def needed(records: Sequence[ConsumerRecord]) -> list[ConsumerRecord]:
    """Leave out what other records of the same fetch supersede.

    Args:
        records: of one partition of a changelog, in order of their offsets.

    Returns:
        Of each key the record with the newest position, and the last one: where that is another, it was sent late, and
        the table has to know (`PartialsTable.hidden`). The last record of the fetch is the last of its key, and so
        Faust sees how far it has read.
    """
    positions: dict[bytes, int] = {}
    newest: dict[bytes, int] = {}
    last: dict[bytes, int] = {}
    for record in records:
        position, *_ = decode(record.value)
        if position >= positions.get(record.key, -1):
            positions[record.key] = position
            newest[record.key] = record.offset
        last[record.key] = record.offset
    wanted = {*newest.values(), *last.values()}
    return [record for record in records if record.offset in wanted]
