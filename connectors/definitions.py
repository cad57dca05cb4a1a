"""The connectors as their JSON files define them: what each captures, and into which topics."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from connectors.errors import ConnectorsError
from settings import Database

FOLDER = Path(__file__).parent
HEARTBEAT_TABLE = "public.heartbeat"
DATABASE_REFERENCE = re.compile(r"\$\{env:INSTASHOP_CDC_([A-Z]+)_DBNAME}")


@dataclass(frozen=True)
class Definition:
    """One connector: a database, some of its tables, and a topic for each."""

    name: str
    config: dict[str, str]

    @property
    def database(self) -> Database:
        """The database whose name the connector takes from Connect's environment."""
        reference = DATABASE_REFERENCE.fullmatch(self.config["database.dbname"])
        if reference is None:
            raise ConnectorsError(f"{self.name}: `database.dbname` refers to no database of the shop")
        return Database[reference[1]]

    @property
    def topic_prefix(self) -> str:
        """What the connector's own topics begin with, and what its offsets are stored under."""
        return self.config["topic.prefix"]

    @property
    def tables(self) -> tuple[str, ...]:
        """The shop's tables that are captured, with their schema."""
        return tuple(table for table in self.config["table.include.list"].split(",") if table != HEARTBEAT_TABLE)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of the captured tables, as the connector's own route names them."""
        return tuple(self.route(f"{self.topic_prefix}.{table}") for table in self.tables)

    def route(self, topic: str) -> str:
        """Return the name that the connector's RegexRouters give a topic; each leaves those that do not match."""
        for name in self.config["transforms"].split(","):
            pattern = re.compile(self.config[f"transforms.{name}.regex"])
            replacement = self.config[f"transforms.{name}.replacement"].replace("$", "\\")
            if match := pattern.fullmatch(topic):
                topic = match.expand(replacement)
        return topic

    @property
    def published(self) -> tuple[str, ...]:
        """The tables of the publication: those captured, and the one that the heartbeats write.

        Were the heartbeat's own writes not sent to the connector, it would learn of no position beyond the last
        change of an idle database, and the slot would keep all WAL from there on.
        """
        return (*self.tables, HEARTBEAT_TABLE)

    @property
    def heartbeat_topic(self) -> str:
        """The topic of the heartbeat row's changes: it has one partition, so they stand in order (`freshness`)."""
        return self.route(f"{self.topic_prefix}.{HEARTBEAT_TABLE}")

    @property
    def debezium_heartbeat_topic(self) -> str:
        """The topic of Debezium's own heartbeats, under its default prefix. Nobody reads it."""
        return f"__debezium-heartbeat.{self.topic_prefix}"

    @property
    def slot(self) -> str:
        """The replication slot, which the connector itself makes."""
        return self.config["slot.name"]

    @property
    def publication(self) -> str:
        """The publication, which `connectors.postgres` makes."""
        return self.config["publication.name"]


def captured() -> list[str]:
    """Return the topics of all tables that are captured."""
    return [topic for definition in load() for topic in definition.topics]


@cache
def connector_of() -> Mapping[str, str]:
    """Return the connector that feeds each topic."""
    return {topic: definition.name for definition in load() for topic in definition.topics}


def load(names: Sequence[str] = ()) -> list[Definition]:
    """Read the definitions, of all connectors or of those named.

    Raises:
        ConnectorsError: where a name is none of a connector's.
    """
    documents = [json.loads(path.read_text()) for path in sorted(FOLDER.glob("*-connector.json"))]
    known = {document["name"]: Definition(document["name"], document["config"]) for document in documents}
    for name in names:
        if name not in known:
            raise ConnectorsError(f"no connector is named {name!r}: there are {', '.join(known)}")
    return [known[name] for name in names or known]
