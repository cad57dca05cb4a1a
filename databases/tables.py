"""What each database consists of, in the order in which it can be made."""

from settings import Database

# In the order in which their foreign keys let them be made.
TABLES: dict[Database, tuple[str, ...]] = {
    Database.INSTASHOP: ("customer", "buyer", "product", "transaction", "transactiondetail"),
    Database.CRM: ("interaction",),
    Database.ERP: ("stock",),
    Database.ECOMMERCE: ("carrier", "shipment"),
}

WAREHOUSE_SCRIPTS = ("staging", "dimensions", "facts", "report", "live")
"""The files of ``dwh/`` that make the warehouse's schemas."""

LOADING = 0x1A5B
"""The advisory lock that whoever changes the warehouse holds until the end of its transaction: one at a time."""
