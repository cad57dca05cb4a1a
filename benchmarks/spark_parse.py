"""The upper bound of Spark: one query that parses the items of order lines, and drops them.

``python -m benchmarks.spark_parse`` prints how many seconds it took for all that are there.
"""

import time
from tempfile import TemporaryDirectory

from cdc.items import TOPIC
from spark.categories import items
from spark.session import session
from spark.source import records


def seconds() -> float:
    """Run the query once over all there is."""
    spark = session(log_level="ERROR")
    began = time.perf_counter()
    with TemporaryDirectory() as checkpoint:
        query = (
            items(records(spark, TOPIC))
            .writeStream.format("noop")
            .option("checkpointLocation", checkpoint)
            .trigger(availableNow=True)
            .start()
        )
        query.awaitTermination()
    return time.perf_counter() - began


if __name__ == "__main__":
    print(seconds())  # noqa: T201
