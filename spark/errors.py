"""The one error that this package raises on purpose, and what Spark's own errors mean to a person."""

from pyspark.errors import StreamingQueryException

from settings import kafka_service

LOST = ("OFFSET_CHANGED", "data loss", "OffsetOutOfRange", "missed", "KAFKA_DATA_LOSS", "PARTITIONS_DELETED")
"""Signs that records are gone that were not read yet, or that the topic is another one of the same name."""

AWAY = ("TimeoutException", "DisconnectException", "Failed to create new KafkaAdminClient", "No resolvable bootstrap")
"""Signs that Kafka does not answer."""


class SparkError(Exception):
    """Something that a person can put right. Its text is one line: what failed, where, and what to do."""


def explain(query: str, error: StreamingQueryException, checkpoint: str) -> SparkError:
    """Return what ended a query as one line."""
    text = str(error)
    if any(sign in text for sign in LOST):
        return SparkError(
            f"{query}: records that were not read yet are gone from Kafka, or a topic was made anew. To begin "
            f"again with what is there, delete {checkpoint} (a topic made anew: see Back up in docs/operations.md)"
        )
    if any(sign in text for sign in AWAY):
        return SparkError(f"{query}: {kafka_service()} does not answer. Start again when it does: nothing is lost")
    cause = next(
        (
            line.rpartition("RefusedError: ")[2].strip()
            for line in reversed(text.splitlines())
            if "Error" in line or "Exception" in line
        ),
        text,
    )
    return SparkError(f"{query}: {cause.strip()[:400]}. What it did until then is kept in {checkpoint}")
