"""A new snapshot replaces what was counted: rows that went away unseen are forgotten."""

from settings import Database
from tests.pipeline import assert_exact, connectors, execute, load, wait_until_more_is_counted, worker


def test_a_snapshot_is_taken_anew_while_the_shop_is_busy() -> None:
    with worker(), load() as shop:
        wait_until_more_is_counted()
        connectors("resync")
        wait_until_more_is_counted()
        shop.stop()
        assert_exact()


def test_a_connector_is_deleted_and_made_anew_while_its_tables_change() -> None:
    with worker(), load() as shop:
        wait_until_more_is_counted()
        connectors("delete")
        shop.stop()
        assert execute(Database.CRM, "DELETE FROM interaction")  # no partition of this topic has a row left
        assert execute(Database.ERP, "DELETE FROM stock WHERE id % 3 = 0")
        assert execute(Database.INSTASHOP, "UPDATE transaction SET total_amount = total_amount + 1 WHERE id % 5 = 0")
        connectors()
        assert_exact()
