"""Another Kafka than the one that the warehouse was loaded from: its offsets begin anew, and say nothing of the old.

So what the former one said is kept under partitions of its own, below zero. Rows that the new one does not say again
were deleted while no one looked: it begins with a snapshot, and this with a reset, as every new snapshot does.
"""

import logging
from collections.abc import Iterator
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from databases.tables import LOADING
from spark.warehouse.load import SCRIPTS, Change, copy_in, merge
from spark.warehouse.rows import HISTORY, ROWS

logger = logging.getLogger(__name__)

APART = 1_000_000
"""How far below those of the next Kafka the partitions of one are numbered. No topic has so many."""

PLACED = (*ROWS, *(f"{topic}_change" for topic in HISTORY), "reset", "unreadable", "position")
"""The tables of ``staging`` whose rows say where records stand."""

MOVE = "UPDATE {} SET kafka_partition = kafka_partition - %s WHERE kafka_partition >= 0"
ENDS = "SELECT kafka_partition, max(kafka_offset) FROM {} WHERE kafka_partition >= 0 GROUP BY kafka_partition"


def adopt(connection: Connection, cluster: str, now_ms: int) -> bool:
    """See to it that what is loaded next is compared with what came from the same Kafka.

    Args:
        connection: of the warehouse, with no transaction begun.
        cluster: the id of the Kafka cluster that is read.
        now_ms: the time, in ms since 1970.

    Returns:
        Whether it is another one than before.

    Raises:
        psycopg2.Error: The database failed or went away; nothing is changed then.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOADING])
        cursor.execute("SELECT generation, cluster FROM staging.kafka ORDER BY generation DESC LIMIT 1")
        generation, known = cursor.fetchone() or (-1, None)
        if known == cluster:
            return False
        cursor.execute("INSERT INTO staging.kafka (generation, cluster) VALUES (%s, %s)", [generation + 1, cluster])
        if known is None:
            return False
        shift = (generation + 1) * APART
        resets = list(_resets(cursor, shift, now_ms))
        for table in PLACED:
            _execute(cursor, MOVE, table, shift)
        cursor.execute(SCRIPTS["change"])
        copy_in(cursor, resets)
        merge(cursor)
    logger.warning(
        "Kafka is another one (cluster %s, before %s): rows that it does not say again are taken for deleted",
        cluster,
        known,
        extra={"event": "kafka_changed", "cluster": cluster, "before": known},
    )
    return True


def _resets(cursor: Cursor, shift: int, now_ms: int) -> Iterator[Change]:
    """Yield one for each partition, behind all that stands there."""
    for topic in ROWS:
        _execute(cursor, ENDS, topic)
        for partition, offset in cursor.fetchall():
            yield Change(topic, partition - shift, offset + 1, "reset", None, now_ms, None)


def _execute(cursor: Cursor, statement: str, table: str, *arguments: Any) -> None:
    cursor.execute(sql.SQL(statement).format(sql.Identifier("staging", table)), arguments or None)
