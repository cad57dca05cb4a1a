"""Money as people read it, made of integer cents."""

from decimal import ROUND_HALF_UP, Decimal


def money(cents: int) -> str:
    """Return an amount with two decimals, as ``"1250.50"``."""
    return str(Decimal(cents).scaleb(-2))


def average(cents: int, count: int) -> str:
    """Return the average amount, rounded as PostgreSQL's ``round(numeric, 2)`` does; of nothing it is zero."""
    exact = Decimal(cents) / 100 / count if count else Decimal(0)
    return str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))
