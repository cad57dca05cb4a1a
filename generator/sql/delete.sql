DELETE FROM {table} USING (VALUES %s) AS gone (id) WHERE {table}.id = gone.id
