"""The way out of PostgreSQL: Debezium's connectors, their topics, publications and slots."""
