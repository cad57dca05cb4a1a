"""All queries. A new one is a file of its own, and a line here."""

from spark import behaviour, categories, transactions
from spark.query import Query
from spark.warehouse import query as warehouse

QUERIES: tuple[Query, ...] = (transactions.QUERY, categories.QUERY, behaviour.QUERY, warehouse.QUERY)
