SELECT id FROM buyer ORDER BY id LIMIT %(limit)s;
