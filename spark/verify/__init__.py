"""Checks of the warehouse, as dbt names them: generic ones with a table and a column, and singular ones.

Each is a statement that returns the rows that break a rule, so none if all is well. Beside them the sums of the
warehouse are compared with those of the shop's databases.
"""
