INSERT INTO {table} ({columns}) VALUES %s
