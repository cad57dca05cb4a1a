SELECT id, (price * 100)::bigint, (cost * 100)::bigint FROM product ORDER BY id LIMIT %(limit)s;
