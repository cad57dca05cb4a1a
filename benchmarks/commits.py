"""The client whose commits the latency counts from: orders, each inserted and committed for itself.

``python -m benchmarks.commits FIRST_ID ORDERS RATE`` prints a JSON object: id → when COMMIT returned, on the system's
monotonic clock.
"""

import json
import sys
import time
from contextlib import closing, suppress

from aiokafka.partitioner import DefaultPartitioner
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from databases import connect
from settings import Database, settings

CUSTOMER = """
INSERT INTO customer (id, name, email, country) VALUES (1, 'Ada', 'ada@example.org', 'NL') ON CONFLICT DO NOTHING
"""
ORDER = """
INSERT INTO transaction (id, customer_id, status, payment_method, channel, country, total_amount)
VALUES (%s, 1, 'paid', 'card', %s, 'NL', 19.90)
"""


def lane(order: int) -> str:
    """Return the partition that Kafka gives an order, which the order bears as its channel.

    Only within a partition do changes arrive in the order of their commits: so the k-th order of a channel is
    visible as soon as Redis shows k for it.
    """
    partitions = list(range(settings().partitions))
    partition: int = DefaultPartitioner()(b'{"id":%d}' % order, partitions, partitions)
    return str(partition)


def insert(cursor: Cursor, first: int, orders: int, rate: float) -> dict[int, float]:
    """Insert orders at an even pace; where one is late, the next do not wait for that."""
    committed = {}
    lanes = [(order, lane(order)) for order in range(first, first + orders)]
    begin = time.monotonic()
    for number, (order, channel) in enumerate(lanes):
        time.sleep(max(0.0, begin + number / rate - time.monotonic()))
        cursor.execute(ORDER, [order, channel])
        committed[order] = time.monotonic()
    return committed


def main(first: int, orders: int, rate: float) -> None:
    """Insert orders, and print when each was committed."""
    with closing(connect(Database.INSTASHOP)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(CUSTOMER)
            json.dump(insert(cursor, first, orders, rate), sys.stdout)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
