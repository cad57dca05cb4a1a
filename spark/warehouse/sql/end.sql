UPDATE staging.loaded_batch SET records = %(records)s
WHERE query = %(query)s AND checkpoint = %(checkpoint)s
