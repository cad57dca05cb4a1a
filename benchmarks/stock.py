"""The yardstick: the same measures of the same topic, by Faust as its documentation teaches it.

An agent takes one event after the other, decoded by Faust's JSON codec (orjson), and adds what it contributes to a
table in memory with a changelog, one write for each measure that it touches. It has the same contributions, in plain
dictionaries, and no more than this: no Redis, no positions, no dead letters.

``python -m benchmarks.stock EVENTS`` prints how many events a second it counts.
"""

import signal
import sys
from collections import Counter
from decimal import Decimal
from typing import Any

import faust
from faust.types import StreamT

from benchmarks.backlog import TOPIC
from benchmarks.pace import Pace
from cdc.revenue import REVENUE
from kafka_client import faust_options
from settings import DATA, settings

EVERY = 100  # events between two sightings

Row = dict[str, Any]


app = faust.App(
    "stock",
    **faust_options(),
    store="memory://",
    datadir=str(DATA / "stock"),
    topic_partitions=settings().partitions,
    consumer_auto_offset_reset="earliest",
    cython_optimizations=True,  # its fast paths, off by default
    web_enabled=False,
)
totals = app.Table("totals", default=int)
pace = Pace()


def contributions(order: Row) -> dict[str, int]:
    """Return what an order adds while it exists, as ``agents/transaction.py`` does."""
    measures = {
        "count": 1,
        f"status {order['status']}": 1,
        f"payment_method {order['payment_method']}": 1,
        f"channel {order['channel']}": 1,
    }
    if order["status"] in REVENUE:
        cents = int(Decimal(order["total_amount"]) * 100)
        measures |= {
            "revenue orders": 1,
            "revenue total": cents,
            f"revenue day {order['created_at'][:10]}": cents,
            f"revenue status {order['status']}": cents,
        }
    return measures


@app.agent(app.topic(TOPIC, value_serializer="json"))
async def count(events: StreamT[Row]) -> None:
    """Count orders, one event after the other."""
    wanted, seen = int(sys.argv[1]), 0
    async for event in events:
        change = Counter(contributions(event["after"]) if event["after"] else {})
        change.subtract(contributions(event["before"]) if event["before"] else {})
        for measure, amount in change.items():
            if amount:
                totals[measure] += amount
        seen += 1
        if seen % EVERY == 0:
            pace.see(seen)
        if seen == wanted:
            print(pace.events_a_second, flush=True)  # noqa: T201
            signal.raise_signal(signal.SIGTERM)


if __name__ == "__main__":
    faust.Worker(app, loglevel="error", stdout=sys.stderr, redirect_stdouts=False).execute_from_commandline()
