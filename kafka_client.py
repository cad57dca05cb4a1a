"""How the project's clients reach Kafka, and as whom: in the words of aiokafka, and in those of Java's client."""

import asyncio
import logging
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from settings import Settings, kafka_service, settings

MECHANISM = "SCRAM-SHA-512"


def aiokafka_options(where: Settings | None = None) -> dict[str, Any]:
    """Return the options of an aiokafka client: the brokers, and where one is set, who signs in and whom it trusts."""
    where = where or settings()
    options = {"bootstrap_servers": where.kafka, "security_protocol": protocol(where), "ssl_context": tls(where)}
    if where.kafka_password is None:
        return options
    return options | {
        "sasl_mechanism": MECHANISM,
        "sasl_plain_username": where.kafka_user,
        "sasl_plain_password": where.kafka_password.get_secret_value(),
    }


def faust_options() -> dict[str, Any]:
    """Return the same as options of a Faust app."""
    # Here, for it takes a third of a second, which commands that do without Faust need not spend.
    from faust.auth import SASLCredentials, SSLCredentials
    from yarl import URL

    where = settings()
    encryption = tls(where)
    options: dict[str, Any] = {"broker": [URL(f"kafka://{address.strip()}") for address in where.kafka.split(",")]}
    if where.kafka_password is None:
        return options | ({"broker_credentials": SSLCredentials(encryption)} if encryption else {})
    return options | {
        "broker_credentials": SASLCredentials(
            mechanism=MECHANISM,
            username=where.kafka_user,
            password=where.kafka_password.get_secret_value(),
            ssl_context=encryption,
        )
    }


def java_properties(where: Settings | None = None) -> dict[str, str]:
    """Return the same as properties of Java's clients: Spark's, and Connect's."""
    where = where or settings()
    properties = {"bootstrap.servers": where.kafka, "security.protocol": protocol(where)}
    if where.kafka_ca is not None:
        properties |= {"ssl.truststore.type": "PEM", "ssl.truststore.location": str(where.kafka_ca)}
    if where.kafka_password is not None:
        login = {"username": where.kafka_user or "", "password": where.kafka_password.get_secret_value()}
        properties |= {"sasl.mechanism": MECHANISM, "sasl.jaas.config": scram(login)}
    return properties


def protocol(where: Settings) -> str:
    """Return what Kafka calls the way in: with a user or without, encrypted or not."""
    transport = "PLAINTEXT" if where.kafka_ca is None else "SSL"
    return transport if where.kafka_user is None else f"SASL_{transport}"


def tls(where: Settings) -> ssl.SSLContext | None:
    """Return how to encrypt: with brokers whose certificate is one of the set authority's, under their own name."""
    return ssl.create_default_context(cafile=where.kafka_ca) if where.kafka_ca else None


def scram(login: Mapping[str, str]) -> str:
    """Return the line by which Java's side of Kafka signs in by SCRAM."""
    return _jaas("scram.ScramLoginModule", login)


def plain(login: Mapping[str, str]) -> str:
    """Return the line by which it signs in by the password itself, or, with ``user_…``, lets others do so."""
    return _jaas("plain.PlainLoginModule", login)


def _jaas(module: str, options: Mapping[str, str]) -> str:
    quoted = (f"{name}={_quoted(value)}" for name, value in options.items())
    return f"org.apache.kafka.common.security.{module} required {' '.join(quoted)};"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@contextmanager
def silent_client() -> Iterator[None]:
    """Keep aiokafka from logging what its caller expects or says itself: that nobody answers."""
    logger = logging.getLogger("aiokafka")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def is_asked_to_end() -> bool:
    """Return whether someone has cancelled the task at work: a library may let out the end of a task of its own."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


@contextmanager
def away_and_not_cancelled() -> Iterator[None]:
    """Raise a KafkaConnectionError for a cancellation that nobody asked for.

    aiokafka lets out that it has cancelled a task of its own, if a client is closed while Kafka is away.
    """
    from aiokafka.errors import KafkaConnectionError  # here, as above

    try:
        yield
    except asyncio.CancelledError as error:
        if is_asked_to_end():
            raise
        raise KafkaConnectionError(kafka_service()) from error
