-- What `warehouse.sql` should say, asked of the shop.
WITH line AS (
    SELECT placed.id AS order_id, status, placed.created_at, quantity, quantity * unit_price AS revenue
    FROM transactiondetail JOIN transaction AS placed ON placed.id = transaction_id
)
SELECT 'sales_equal_source', ARRAY['lines', status], count(*)::numeric FROM line GROUP BY status
UNION ALL SELECT 'sales_equal_source', ARRAY['orders', status], count(DISTINCT order_id) FROM line GROUP BY status
UNION ALL SELECT 'sales_equal_source', ARRAY['units', status], sum(quantity) FROM line GROUP BY status
UNION ALL SELECT 'sales_equal_source', ARRAY['revenue', status], sum(revenue) FROM line GROUP BY status
UNION ALL SELECT 'sales_equal_source', ARRAY['revenue by day', (created_at AT TIME ZONE 'UTC')::date::text], sum(revenue) FROM line
    WHERE status IN ('paid', 'shipped', 'delivered') GROUP BY (created_at AT TIME ZONE 'UTC')::date
UNION ALL SELECT 'customers_equal_source', ARRAY[country, segment], count(*) FROM customer GROUP BY country, segment
UNION ALL SELECT 'products_equal_source', ARRAY['count', category], count(*) FROM product GROUP BY category
UNION ALL SELECT 'products_equal_source', ARRAY['price + cost', category], sum(price + cost) FROM product GROUP BY category
UNION ALL SELECT 'freshness', ARRAY['transaction'], extract(epoch FROM max(created_at)) FROM line
