import re

import pytest

from connectors.definitions import Definition, load
from connectors.errors import ConnectorsError
from databases import TABLES
from settings import SOURCES

DEFINITIONS = load()
FROM_THE_ENVIRONMENT = ["hostname", "port", "dbname", "user", "password"]


def test_eight_tables_of_four_databases_are_captured_and_buyer_is_not() -> None:
    captured = {definition.database: set(definition.tables) for definition in DEFINITIONS}
    assert captured == {
        database: {f"public.{table}" for table in TABLES[database]} - {"public.buyer"} for database in SOURCES
    }


def test_topics_bear_the_bare_names_of_the_tables() -> None:
    topics = [topic for definition in DEFINITIONS for topic in definition.topics]
    assert sorted(topics) == [
        "carrier",
        "customer",
        "interaction",
        "product",
        "shipment",
        "stock",
        "transaction",
        "transactiondetail",
    ]


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.name)
class TestEachDefinition:
    def test_addresses_and_credentials_come_from_the_environment(self, definition: Definition) -> None:
        for setting in FROM_THE_ENVIRONMENT:
            assert re.fullmatch(r"\$\{env:INSTASHOP_CDC_[A-Z_]+}", definition.config[f"database.{setting}"])

    @pytest.mark.parametrize(
        "internal",
        [
            "__debezium-heartbeat.{prefix}",
            "{prefix}.transaction",
            "{prefix}.message",
            "x{prefix}.public.customer",
            "{prefix}.audit.customer",
        ],
    )
    def test_the_route_leaves_all_other_topics(self, definition: Definition, internal: str) -> None:
        topic = internal.format(prefix=definition.topic_prefix)
        assert definition.route(topic) == topic

    def test_each_table_is_snapshotted_behind_the_guard(self, definition: Definition) -> None:
        overrides = "snapshot.select.statement.overrides"
        assert definition.config[overrides].split(",") == list(definition.tables)
        for table in definition.tables:
            statement = definition.config[f"{overrides}.{table}"]
            assert statement.endswith(f" FROM {table} WHERE public.snapshot_is_exact()")


def test_each_connector_captures_its_heartbeats_in_a_topic_of_their_own() -> None:
    captured = {each.heartbeat_topic for each in DEFINITIONS if "public.heartbeat" in each.config["table.include.list"]}
    assert captured == {"heartbeat_crm", "heartbeat_ecommerce", "heartbeat_erp", "heartbeat_instashop"}


@pytest.mark.parametrize("setting", ["slot.name", "topic.prefix"])
def test_connectors_on_one_server_do_not_collide(setting: str) -> None:
    assert len({definition.config[setting] for definition in DEFINITIONS}) == len(DEFINITIONS)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConnectorsError, match=r"'shop-connector': there are crm-connector, .*instashop-connector"):
        load(["shop-connector"])
