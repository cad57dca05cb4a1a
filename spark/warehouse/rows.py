"""What the warehouse keeps of each topic's rows: columns, their types, and the values that some are confined to."""

from typing import get_args

from cdc.values import InteractionType, OrderStatus, ShipmentStatus

ROWS = {
    "customer": """
        id BIGINT NOT NULL, name STRING NOT NULL, country STRING NOT NULL, segment STRING NOT NULL,
        created_at TIMESTAMP NOT NULL""",
    "product": """
        id BIGINT NOT NULL, name STRING NOT NULL, category STRING NOT NULL, brand STRING NOT NULL,
        price DECIMAL(12,2) NOT NULL, cost DECIMAL(12,2) NOT NULL, created_at TIMESTAMP NOT NULL""",
    "transaction": """
        id BIGINT NOT NULL, customer_id BIGINT NOT NULL, status STRING NOT NULL, payment_method STRING NOT NULL,
        channel STRING NOT NULL, country STRING NOT NULL, currency STRING NOT NULL,
        total_amount DECIMAL(12,2) NOT NULL, created_at TIMESTAMP NOT NULL""",
    "transactiondetail": """
        id BIGINT NOT NULL, transaction_id BIGINT NOT NULL, product_id BIGINT NOT NULL, quantity INT NOT NULL,
        unit_price DECIMAL(12,2) NOT NULL""",
    "interaction": """
        id BIGINT NOT NULL, customer_id BIGINT NOT NULL, session_id STRING NOT NULL, product_id BIGINT,
        type STRING NOT NULL, created_at TIMESTAMP NOT NULL""",
    "stock": """
        id BIGINT NOT NULL, product_id BIGINT NOT NULL, warehouse STRING NOT NULL, quantity INT NOT NULL,
        reorder_level INT NOT NULL, unit_cost DECIMAL(12,2) NOT NULL, updated_at TIMESTAMP NOT NULL""",
    "carrier": """
        id BIGINT NOT NULL, name STRING NOT NULL, country STRING NOT NULL, created_at TIMESTAMP NOT NULL""",
    "shipment": """
        id BIGINT NOT NULL, transaction_id BIGINT NOT NULL, carrier_id BIGINT NOT NULL, status STRING NOT NULL,
        promised_at TIMESTAMP NOT NULL, delivered_at TIMESTAMP, created_at TIMESTAMP NOT NULL""",
}
"""By topic, the row in Spark's DDL. ``databases/migrations/dwh_db`` has the same columns. E-mail addresses are left
where they are: no report needs them.
"""

HISTORY = ("customer", "product")
"""The topics of which every change is kept, for dimensions of type 2."""

ACCEPTED = {
    ("transaction", "status"): get_args(OrderStatus),
    ("interaction", "type"): get_args(InteractionType),
    ("shipment", "status"): get_args(ShipmentStatus),
}
"""By topic and column, the only values that it can have: a record with another is unreadable."""


def columns(topic: str) -> list[str]:
    """Return the names of the columns that are kept of a topic's rows."""
    return [definition.split()[0] for definition in ROWS[topic].replace("(12,2)", "").split(",")]
