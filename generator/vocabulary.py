"""The words and the shares of the shop's world: what it sells, where, how and to whom."""

from typing import NamedTuple

CURRENCY = "EUR"  # the shop books in one currency, so that amounts can be added

COUNTRIES = {"DE": 24, "FR": 18, "NL": 12, "ES": 10, "IT": 10, "BE": 7, "AT": 6, "PL": 5, "SE": 4, "IE": 4}
SEGMENTS = {"regular": 60, "new": 20, "vip": 12, "business": 8}
PAYMENT_METHODS = {"card": 52, "paypal": 26, "bank_transfer": 12, "gift_card": 6, "invoice": 4}
CHANNELS = {"app": 45, "web": 30, "marketplace": 15, "store": 10}
WAREHOUSES = ("Rotterdam", "Leipzig", "Lyon", "Milan", "Madrid")
CARRIERS = {"DHL": "DE", "PostNL": "NL", "Colissimo": "FR", "GLS": "DE", "Correos": "ES", "InPost": "PL"}

LINES = {1: 36, 2: 26, 3: 17, 4: 11, 5: 6, 6: 4}
"""How many lines a basket has."""

UNITS = {1: 78, 2: 16, 3: 6}
"""How many units a line has."""


class Range(NamedTuple):
    """A category's brands and things, and the range of its prices in cents."""

    brands: tuple[str, ...]
    things: tuple[str, ...]
    cheapest: int
    dearest: int


CATEGORIES = {
    "electronics": Range(("Voltra", "Nexon", "Auralis"), ("headphones", "charger", "tablet"), 1_900, 89_900),
    "fashion": Range(("Linea", "Norrby", "Cottonade"), ("jacket", "jeans", "scarf"), 1_500, 24_900),
    "home": Range(("Casavia", "Hygge & Co", "Lumio"), ("lamp", "blanket", "vase"), 900, 34_900),
    "beauty": Range(("Belora", "Purely", "Dermia"), ("serum", "shampoo", "perfume"), 600, 12_900),
    "sports": Range(("Altiro", "Runvik", "Peakway"), ("backpack", "yoga mat", "running shoes"), 1_200, 29_900),
    "books": Range(("Papyra", "Lesewerk", "Folio"), ("novel", "cookbook", "atlas"), 700, 5_900),
    "toys": Range(("Bricko", "Fablette", "Wunderland"), ("puzzle", "train set", "plush bear"), 800, 14_900),
    "garden": Range(("Florea", "Gruenwerk", "Terrano"), ("planter", "hose", "lantern"), 1_000, 19_900),
}
