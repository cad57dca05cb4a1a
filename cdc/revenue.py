"""Which orders count as revenue: decided here, for the totals, the windows and the warehouse."""

REVENUE = frozenset({"paid", "shipped", "delivered"})
"""The states in which an order counts as revenue: it is paid, and not given back."""
