-- What the documents should say of the database `erp_db`.
WITH below AS (
    SELECT * FROM stock WHERE quantity < reorder_level
)
SELECT ARRAY['stock', 'count'] AS path, count(*)::numeric AS value FROM stock
UNION ALL SELECT ARRAY['stock', 'units'], coalesce(sum(quantity), 0) FROM stock
UNION ALL SELECT ARRAY['stock', 'value'], coalesce(sum(quantity * unit_cost), 0) FROM stock
UNION ALL SELECT ARRAY['stock', 'below_reorder', id::text, 'product_id'], product_id FROM below
UNION ALL SELECT ARRAY['stock', 'below_reorder', id::text, 'quantity'], quantity FROM below
UNION ALL SELECT ARRAY['stock', 'below_reorder', id::text, 'reorder_level'], reorder_level FROM below
