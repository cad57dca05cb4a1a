SELECT * FROM {table} WHERE num_nulls({columns}) > 0
