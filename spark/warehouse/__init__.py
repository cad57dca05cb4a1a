"""The load of the warehouse: what the eight topics say, merged into the star schema, a batch a transaction.

`rows` says what is read of each topic, `query` reads it with Spark, and `load` brings it into the database.
"""
