SELECT {columns}, count(*) AS rows FROM {table} GROUP BY {columns} HAVING count(*) > 1
