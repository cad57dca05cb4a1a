SELECT {columns}, count(*) AS rows FROM {table}
WHERE {columns} IS NOT NULL AND NOT EXISTS (SELECT FROM {other} AS other WHERE other.{key} = {table}.{columns})
GROUP BY {columns}
