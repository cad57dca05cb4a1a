SELECT {columns}, count(*) AS rows FROM {table} WHERE {columns} <> ALL (ARRAY[{values}]) GROUP BY {columns}
