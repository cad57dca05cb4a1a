"""The values that a column is confined to, as the shop's DDL has them: for whoever writes such a row or reads one."""

from typing import Literal

OrderStatus = Literal["pending", "paid", "shipped", "delivered", "cancelled", "refunded"]
InteractionType = Literal["view", "cart", "purchase", "search", "wishlist", "review"]
ShipmentStatus = Literal["created", "in_transit", "delivered", "returned"]
