-- What the documents should say of the database `erp_db`. Reads its table once: a row below its level is a group of its
-- own, and all other rows are one.
WITH shelf AS (
    SELECT
        CASE WHEN quantity < reorder_level THEN id END AS low, count(*) AS rows, sum(quantity) AS units,
        sum(quantity * unit_cost) AS value, min(product_id) AS product_id, min(reorder_level) AS reorder_level
    FROM stock GROUP BY 1
)
SELECT ARRAY['stock', 'count'] AS path, coalesce(sum(rows), 0)::numeric AS value FROM shelf
UNION ALL SELECT ARRAY['stock', 'units'], coalesce(sum(units), 0) FROM shelf
UNION ALL SELECT ARRAY['stock', 'value'], coalesce(sum(value), 0) FROM shelf
UNION ALL SELECT ARRAY['stock', 'below_reorder', low::text, 'product_id'], product_id FROM shelf WHERE low IS NOT NULL
UNION ALL SELECT ARRAY['stock', 'below_reorder', low::text, 'quantity'], units FROM shelf WHERE low IS NOT NULL
UNION ALL SELECT ARRAY['stock', 'below_reorder', low::text, 'reorder_level'], reorder_level FROM shelf WHERE low IS NOT NULL
