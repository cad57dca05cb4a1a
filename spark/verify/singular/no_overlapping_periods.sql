-- The versions of a customer or product follow each other without a gap, from -infinity to infinity.
WITH version AS (
    SELECT 'dim_customer' AS dimension, customer_id AS id, valid_from, valid_to, is_current FROM dim_customer
    UNION ALL SELECT 'dim_product', product_id, valid_from, valid_to, is_current FROM dim_product
), neighbours AS (
    SELECT *, lead(valid_from) OVER later AS next, lag(valid_to) OVER later AS last
    FROM version
    WINDOW later AS (PARTITION BY dimension, id ORDER BY valid_from)
)
SELECT dimension, id, valid_from, valid_to FROM neighbours
WHERE valid_from >= valid_to
   OR valid_to IS DISTINCT FROM coalesce(next, 'infinity')
   OR valid_from IS DISTINCT FROM coalesce(last, '-infinity')
   OR is_current <> (next IS NULL)
