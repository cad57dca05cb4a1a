UPDATE {table} AS shop SET quantity = shop.quantity + change.quantity
FROM (VALUES %s) AS change ({columns}) WHERE shop.id = change.id
