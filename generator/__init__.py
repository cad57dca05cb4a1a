"""The shop, played: orders, visits, stock and deliveries as they would happen, written into its four databases."""
