-- One command at a time may change a connector. The lock is the database's, and goes with the connection.
SELECT pg_try_advisory_lock(hashtext('connectors'));
