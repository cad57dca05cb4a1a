SELECT id FROM carrier ORDER BY id LIMIT %(limit)s;
