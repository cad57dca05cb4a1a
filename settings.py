"""Where everything is: one place that reads the environment.

Each setting is a variable with the prefix ``INSTASHOP_``; ``.env.example`` documents them all. What the
environment does not say comes from ``.env``, then from the file in which ``python -m stack up`` leaves the
addresses of the services that it runs, then from the defaults here.
"""

import os
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    FilePath,
    NonNegativeInt,
    PositiveInt,
    SecretStr,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "INSTASHOP_"
CHECKOUT = Path(__file__).resolve().parent
DATA = Path(os.environ.get(f"{PREFIX}DATA", CHECKOUT / ".data")).absolute()
STACK_ENV = DATA / "stack.env"
ENV_FILE = Path(os.environ.get(f"{PREFIX}ENV_FILE", CHECKOUT / ".env")).absolute()


class Database(StrEnum):
    """The shop's four databases, and the warehouse that is loaded from them."""

    INSTASHOP = "instashop"
    CRM = "crm_db"
    ERP = "erp_db"
    ECOMMERCE = "ecommerce_db"
    DWH = "dwh_db"


SOURCES = tuple(database for database in Database if database is not Database.DWH)
"""The shop's four databases, whose changes are captured."""


class Role(StrEnum):
    """The PostgreSQL roles, one a job. Without a password in the environment a job uses the URL's own user."""

    GENERATOR = "instashop_generator"
    CDC = "instashop_cdc"
    WAREHOUSE = "instashop_warehouse"
    DASHBOARD = "instashop_dashboard"


class LogLevel(StrEnum):
    """The least of what is logged; each has the name that `logging` gives it."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """What a line of a log is: text for people, or a JSON object for programs."""

    TEXT = "text"
    JSON = "json"


def bootstrap_servers(text: str) -> str:
    """Return Kafka's addresses if they are such.

    Raises:
        PydanticCustomError: where they are not ``host:port``, several of them separated by commas.
    """
    for address in text.split(","):
        host, _, port = address.strip().rpartition(":")
        if not host or not port.isdigit():
            raise PydanticCustomError("addresses", "expected host:port, or several separated by commas")
    return text


def url_of(*schemes: str) -> Callable[[str], str]:
    """Return a function that returns a URL of one of these schemes, and raises a PydanticCustomError for any other."""

    def check(text: str) -> str:
        try:
            parts = urlsplit(text)
            usable = parts.scheme in schemes and parts.hostname and (parts.port or 1) > 0
        except ValueError:  # not quoted: the text may hold a password
            usable = False
        if not usable:
            raise PydanticCustomError("url", f"expected a URL such as {schemes[0]}://host:port")
        return text

    return check


class Settings(BaseSettings):
    """The environment, typed. Addresses are those of the services' defaults on loopback."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=(STACK_ENV, ENV_FILE), extra="ignore", frozen=True)

    kafka: Annotated[str, AfterValidator(bootstrap_servers)] = "127.0.0.1:9092"
    kafka_user: str | None = Field(default=None, description="who signs in, by SCRAM-SHA-512; none: nobody is asked")
    kafka_password: SecretStr | None = Field(default=None, validate_default=True)
    kafka_ca: Annotated[FilePath, AfterValidator(Path.absolute)] | None = Field(
        default=None, description="PEM file of whom to trust; none: not encrypted"
    )
    connect_url: Annotated[str, AfterValidator(url_of("http", "https"))] = "http://127.0.0.1:8083"
    redis_url: Annotated[str, AfterValidator(url_of("redis", "rediss"))] = "redis://127.0.0.1:6379/0"

    dashboard_redis_url: Annotated[str, AfterValidator(url_of("redis", "rediss"))] | None = None

    # Each URL's user owns its database: it makes tables, roles and publications.
    db_instashop: SecretStr = SecretStr("postgresql://instashop@127.0.0.1:5432/instashop")
    db_crm: SecretStr = SecretStr("postgresql://instashop@127.0.0.1:5432/crm_db")
    db_erp: SecretStr = SecretStr("postgresql://instashop@127.0.0.1:5432/erp_db")
    db_ecommerce: SecretStr = SecretStr("postgresql://instashop@127.0.0.1:5432/ecommerce_db")
    db_dwh: SecretStr = SecretStr("postgresql://instashop@127.0.0.1:5432/dwh_db")

    generator_password: SecretStr | None = None
    cdc_password: SecretStr | None = None
    warehouse_password: SecretStr | None = None
    dashboard_password: SecretStr | None = None

    partitions: PositiveInt = Field(default=4, description="partitions of a topic that does not exist yet")
    replication: PositiveInt = Field(default=1, description="replicas of a topic that does not exist yet")

    monitor_host: str = Field(default="127.0.0.1", description="where a worker answers /metrics, /live and /ready")
    monitor_port: PositiveInt = Field(default=6066, description="the same; another port where it is taken")

    spark_host: str = Field(default="127.0.0.1", description="this machine's address, for Spark's workers")
    spark_partitions: PositiveInt = Field(default=2, description="parts into which Spark's queries split their state")

    reconcile_every: NonNegativeInt = Field(default=60, description="seconds between two comparisons with SQL; 0: none")
    reconcile_longest: PositiveInt = Field(default=120, description="seconds that a snapshot of a comparison may last")

    log_level: Annotated[LogLevel, BeforeValidator(str.lower)] = LogLevel.INFO
    log_format: Annotated[LogFormat, BeforeValidator(str.lower)] = LogFormat.TEXT

    @field_validator("kafka_password")
    @classmethod
    def _has_its_user(cls, password: SecretStr | None, others: ValidationInfo) -> SecretStr | None:
        if (password is None) != (others.data.get("kafka_user") is None):
            raise PydanticCustomError("pair", f"goes with {variable('kafka_user')}: set both, or none")
        return password

    @property
    def dashboard_redis(self) -> str:
        """The Redis URL that the page reads with; the pipeline's own where there is no other."""
        return self.dashboard_redis_url or self.redis_url

    def database_url(self, database: Database, role: Role | None = None) -> str:
        """Return the libpq URL of a database, for a job's role where that role's password is known."""
        url = {
            Database.INSTASHOP: self.db_instashop,
            Database.CRM: self.db_crm,
            Database.ERP: self.db_erp,
            Database.ECOMMERCE: self.db_ecommerce,
            Database.DWH: self.db_dwh,
        }[database].get_secret_value()
        if role is None or (password := self.password(role)) is None:
            return url
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        user = f"{role.value}:{quote(password.get_secret_value(), safe='')}"
        return urlunsplit(parts._replace(netloc=f"{user}@{host}"))

    def password(self, role: Role) -> SecretStr | None:
        """Return the password of a job's role, or none where it is not known."""
        return {
            Role.GENERATOR: self.generator_password,
            Role.CDC: self.cdc_password,
            Role.WAREHOUSE: self.warehouse_password,
            Role.DASHBOARD: self.dashboard_password,
        }[role]


def variable(field: str) -> str:
    """Return the environment variable that sets a field of `Settings`, for error messages."""
    return f"{PREFIX}{field.upper()}"


def kafka_service() -> str:
    """Return Kafka as a person knows it: its address, and the variable that sets it."""
    return f"Kafka at {settings().kafka} ({variable('kafka')})"


def redis_service(field: str = "redis_url") -> str:
    """Return Redis as a person knows it: its address, without the password, and the variable that sets it."""
    return f"Redis at {urlsplit(getattr(settings(), field)).netloc.rpartition('@')[2]} ({variable(field)})"


def database_variable(database: Database) -> str:
    """Return the environment variable that holds a database's URL, for error messages."""
    return variable(f"db_{database.value.removesuffix('_db')}")


@cache
def settings() -> Settings:
    """Return the settings, read once."""
    return Settings()
