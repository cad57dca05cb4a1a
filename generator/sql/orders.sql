-- The last orders until a moment, with their lines as [id, product_id, quantity, unit price in cents]. Those that still
-- move are among them: an order is done long before so many others came.
SELECT id, status, (
    SELECT coalesce(json_agg(json_build_array(line.id, product_id, quantity, (unit_price * 100)::bigint) ORDER BY line.id), '[]')
    FROM transactiondetail AS line
    WHERE transaction_id = newest.id
)
FROM (SELECT id, status FROM transaction WHERE created_at <= %(now)s ORDER BY created_at DESC LIMIT %(limit)s) AS newest
ORDER BY id;
