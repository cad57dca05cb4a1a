import pytest

from connectors.causes import cause_of

TRACE = """\
org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer.
\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: io.debezium.DebeziumException: Creation of replication slot failed
\tat io.debezium.connector.postgresql.PostgresConnectorTask.start(PostgresConnectorTask.java:300)
\t... 5 more
Caused by: org.postgresql.util.PSQLException: ERROR: all replication slots are in use
  Hint: Free one or increase "max_replication_slots".
\tat org.postgresql.core.v3.QueryExecutorImpl.receiveErrorResponse(QueryExecutorImpl.java:2736)
\t... 9 more
"""


def test_the_deepest_cause_is_shown() -> None:
    assert cause_of(TRACE) == "ERROR: all replication slots are in use"


@pytest.mark.parametrize(
    ("trace", "cause"),
    [
        ("java.net.UnknownHostException: db\n\tat java.net.X", "db"),
        ("java.lang.NullPointerException\n\tat a.B.c(B.java:1)", "NullPointerException"),
        ("Worker is shutting down\nsomehow", "Worker is shutting down"),
    ],
)
def test_traces_of_other_shapes_give_one_line_too(trace: str, cause: str) -> None:
    assert cause_of(trace) == cause


@pytest.mark.parametrize(
    "message",
    [
        "no connection to jdbc:postgresql://instashop_cdc:s3:cret@db:5432/shop",
        "no connection to jdbc:postgresql://db:5432/shop?user=u&password=s3:cret&ssl=no",
    ],
)
def test_passwords_are_hidden(message: str) -> None:
    cause = cause_of(f"java.sql.SQLException: {message}")
    assert cause == message.replace("instashop_cdc:s3:cret", "***").replace("s3:cret", "***")
