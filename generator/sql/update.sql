UPDATE {table} AS shop SET {changes} FROM (VALUES %s) AS change ({columns}) WHERE shop.id = change.id
