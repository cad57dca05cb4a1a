"""The comparison of the numbers with SQL while the shop runs."""
