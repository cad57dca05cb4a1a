-- Someone inserted rows with ids of their own: the next id must come after them.
SELECT setval(pg_get_serial_sequence(%(table)s, 'id'), max(id)) FROM {table}
HAVING max(id) >= (SELECT last_value FROM {sequence});
