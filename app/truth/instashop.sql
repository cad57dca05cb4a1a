-- What the documents should say of the database `instashop`: a path in `metrics:*`, and the value there.
WITH revenue AS (
    SELECT * FROM transaction WHERE status IN ('paid', 'shipped', 'delivered')
), today AS (
    SELECT coalesce(sum(total_amount), 0.00) AS revenue FROM revenue
    WHERE (created_at AT TIME ZONE 'UTC')::date = (now() AT TIME ZONE 'UTC')::date
)
SELECT ARRAY['transactions', 'count'] AS path, count(*)::numeric AS value FROM transaction
UNION ALL SELECT ARRAY['transactions', 'by_status', status], count(*) FROM transaction GROUP BY status
UNION ALL SELECT ARRAY['transactions', 'by_payment_method', payment_method], count(*) FROM transaction GROUP BY payment_method
UNION ALL SELECT ARRAY['transactions', 'by_channel', channel], count(*) FROM transaction GROUP BY channel
UNION ALL SELECT ARRAY['revenue', 'total'], coalesce(sum(total_amount), 0) FROM revenue
UNION ALL SELECT ARRAY['revenue', 'orders'], count(*) FROM revenue
UNION ALL SELECT ARRAY['revenue', 'average_order_value'], coalesce(round(avg(total_amount), 2), 0) FROM revenue
UNION ALL SELECT ARRAY['revenue', 'by_day', (created_at AT TIME ZONE 'UTC')::date::text], sum(total_amount) FROM revenue
    GROUP BY (created_at AT TIME ZONE 'UTC')::date HAVING sum(total_amount) <> 0
UNION ALL SELECT ARRAY['revenue', 'by_status', status], sum(total_amount) FROM revenue
    GROUP BY status HAVING sum(total_amount) <> 0
UNION ALL SELECT ARRAY['customers', 'count'], count(*) FROM customer
UNION ALL SELECT ARRAY['customers', 'by_country', country], count(*) FROM customer GROUP BY country
UNION ALL SELECT ARRAY['customers', 'by_segment', segment], count(*) FROM customer GROUP BY segment
UNION ALL SELECT ARRAY['products', 'count'], count(*) FROM product
UNION ALL SELECT ARRAY['products', 'by_category', category], count(*) FROM product GROUP BY category
UNION ALL SELECT ARRAY['transactiondetail', 'count'], count(*) FROM transactiondetail
UNION ALL SELECT ARRAY['transactiondetail', 'units'], coalesce(sum(quantity), 0) FROM transactiondetail
UNION ALL SELECT ARRAY['transactiondetail', 'revenue'], coalesce(sum(quantity * unit_price), 0) FROM transactiondetail
UNION ALL SELECT ARRAY['dashboard', 'transactions'], count(*) FROM transaction
UNION ALL SELECT ARRAY['dashboard', 'customers'], count(*) FROM customer
UNION ALL SELECT ARRAY['dashboard', 'products'], count(*) FROM product
UNION ALL SELECT ARRAY['dashboard', 'revenue_total'], coalesce(sum(total_amount), 0) FROM revenue
UNION ALL SELECT ARRAY['dashboard', 'revenue_today'], revenue FROM today
UNION ALL SELECT ARRAY['dashboard', 'average_order_value'], coalesce(round(avg(total_amount), 2), 0) FROM revenue
