import pytest
from faust.auth import SASLCredentials
from pydantic import ValidationError

import kafka_client
from kafka_client import aiokafka_options, faust_options, java_properties, scram
from settings import Settings

NOBODY = {"kafka": "one:9092,two:9092", "kafka_user": None, "kafka_password": None, "kafka_ca": None}
SOMEBODY = {**NOBODY, "kafka_user": "shop", "kafka_password": 'it\'s "s\\cret"'}


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> Settings:
    where = Settings.model_validate(SOMEBODY)
    monkeypatch.setattr(kafka_client, "settings", lambda: where)
    return where


def test_where_nobody_is_set_nobody_signs_in() -> None:
    where = Settings.model_validate(NOBODY)

    assert java_properties(where) == {"bootstrap.servers": "one:9092,two:9092", "security.protocol": "PLAINTEXT"}
    assert aiokafka_options(where) == {
        "bootstrap_servers": "one:9092,two:9092",
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
    }


def test_who_is_set_signs_in_with_every_client(somebody: Settings) -> None:
    assert somebody.kafka_password is not None
    password = somebody.kafka_password.get_secret_value()

    python = aiokafka_options()
    assert (python["security_protocol"], python["sasl_mechanism"]) == ("SASL_PLAINTEXT", "SCRAM-SHA-512")
    assert (python["sasl_plain_username"], python["sasl_plain_password"]) == ("shop", password)

    faust = faust_options()
    assert [str(url) for url in faust["broker"]] == ["kafka://one:9092", "kafka://two:9092"]
    credentials = faust["broker_credentials"]
    assert isinstance(credentials, SASLCredentials)
    assert (credentials.protocol.value, credentials.mechanism.value) == ("SASL_PLAINTEXT", "SCRAM-SHA-512")
    assert (credentials.username, credentials.password) == ("shop", password)

    java = java_properties()
    assert (java["security.protocol"], java["sasl.mechanism"]) == ("SASL_PLAINTEXT", "SCRAM-SHA-512")
    assert java["sasl.jaas.config"] == scram({"username": "shop", "password": password})


def test_a_password_of_any_letters_stays_one_value_of_java() -> None:
    line = scram({"username": "shop", "password": r'" user_x="y\ '})

    assert line.endswith(r' required username="shop" password="\" user_x=\"y\\ ";')


@pytest.mark.parametrize("missing", ["kafka_user", "kafka_password"])
def test_a_user_without_a_password_is_refused(missing: str) -> None:
    with pytest.raises(ValidationError, match="set both, or none"):
        Settings.model_validate({**SOMEBODY, missing: None})
