"""What is said of a database that cannot be used."""

import psycopg2
import pytest
from pydantic import SecretStr

from databases import RefusedError, UnreachableError, address, connect, connection, failure
from settings import Database, Role, Settings

REFUSED = 'connection to server at "10.0.0.7", port 5432 failed: {}\n\tIs the server running on that host?\n'


@pytest.fixture(autouse=True)
def there(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(db_crm=SecretStr("postgresql://owner:s3cret@10.0.0.7:5432/crm_db"))
    monkeypatch.setattr(connection, "settings", lambda: settings)


def test_one_line_names_the_address_without_password_and_the_variable() -> None:
    error = failure(Database.CRM, psycopg2.OperationalError(REFUSED.format("Connection refused")))
    assert str(error) == "PostgreSQL crm_db at 10.0.0.7:5432/crm_db: Connection refused (see INSTASHOP_DB_CRM)"
    assert address(Database.CRM) == "10.0.0.7:5432/crm_db"


def test_a_wrong_password_of_a_role_names_that_roles_variable() -> None:
    reason = 'FATAL:  password authentication failed for user "instashop_generator"'
    error = failure(Database.CRM, psycopg2.OperationalError(REFUSED.format(reason)), Role.GENERATOR)
    assert "see INSTASHOP_DB_CRM or INSTASHOP_GENERATOR_PASSWORD" in str(error)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (psycopg2.OperationalError(REFUSED.format("Connection refused")), UnreachableError),
        (psycopg2.OperationalError("server closed the connection unexpectedly"), UnreachableError),
        (psycopg2.OperationalError("FATAL:  the database system is starting up"), UnreachableError),
        (psycopg2.OperationalError("FATAL:  sorry, too many clients already"), UnreachableError),
        (psycopg2.InterfaceError("connection already closed"), UnreachableError),
        (psycopg2.OperationalError("FATAL:  password authentication failed"), RefusedError),
        (psycopg2.OperationalError("fe_sendauth: no password supplied"), RefusedError),
        (psycopg2.ProgrammingError('invalid dsn: missing "=" after "foo"'), RefusedError),
        (psycopg2.errors.InsufficientPrivilege("permission denied for table stock"), RefusedError),
    ],
)
def test_only_what_may_pass_is_worth_waiting_for(error: psycopg2.Error, kind: type[Exception]) -> None:
    assert type(failure(Database.CRM, error)) is kind


@pytest.mark.parametrize("url", ["owner:s3cret@10.0.0.7/crm_db", "postgresql://owner:s3cret%zz@10.0.0.7/crm_db"])
def test_an_address_that_cannot_be_read_is_not_repeated(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(db_crm=SecretStr(url))
    monkeypatch.setattr(connection, "settings", lambda: settings)
    monkeypatch.setattr(connection, "CONNECT_TIMEOUT", 1)
    with pytest.raises(RefusedError, match="INSTASHOP_DB_CRM") as refused:
        connect(Database.CRM)
    assert "s3cret" not in str(refused.value)
