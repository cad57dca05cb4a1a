-- The newest of the open orders, and the last orders of all: a shop that was killed may have finished some of those
-- without their shipments.
WITH moving AS (
    (SELECT id, status FROM transaction WHERE status IN ('pending', 'paid', 'shipped') ORDER BY id DESC LIMIT %(limit)s)
    UNION
    (SELECT id, status FROM transaction ORDER BY id DESC LIMIT %(limit)s)
)
SELECT id, status, (
    SELECT coalesce(json_agg(json_build_array(line.id, product_id, quantity, (unit_price * 100)::bigint) ORDER BY line.id), '[]')
    FROM transactiondetail AS line WHERE transaction_id = moving.id
)
FROM moving ORDER BY id;
