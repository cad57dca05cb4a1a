"""The shop's tables, by database, in the order in which their foreign keys let them be made."""

from settings import Database

TABLES: dict[Database, tuple[str, ...]] = {
    Database.INSTASHOP: ("customer", "buyer", "product", "transaction", "transactiondetail"),
    Database.CRM: ("interaction",),
    Database.ERP: ("stock",),
    Database.ECOMMERCE: ("carrier", "shipment"),
}
