SELECT id, product_id, warehouse, quantity, reorder_level, (unit_cost * 100)::bigint
FROM stock WHERE product_id = ANY (%(products)s) ORDER BY id;
