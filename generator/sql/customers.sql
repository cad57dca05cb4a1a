SELECT id, country FROM customer ORDER BY id LIMIT %(limit)s;
