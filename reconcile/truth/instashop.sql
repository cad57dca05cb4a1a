-- What the documents should say of the database `instashop`: a path in `metrics:*`, and the value there. Reads each table
-- once. `orders` is in no document: the warehouse is compared by it.
WITH placed AS (
    SELECT
        GROUPING(status) = 0 AS by_status_and_day, GROUPING(payment_method) = 0 AS by_payment_method,
        GROUPING(channel) = 0 AS by_channel,
        status, day, payment_method, channel, count(*) AS orders, sum(total_amount) AS amount
    FROM (SELECT *, (created_at AT TIME ZONE 'UTC')::date AS day FROM transaction) AS dated
    GROUP BY GROUPING SETS ((status, day), payment_method, channel)
), kept AS (
    SELECT status, day, orders, amount FROM placed WHERE by_status_and_day
), earned AS (
    SELECT * FROM kept WHERE status IN ('paid', 'shipped', 'delivered')
), total AS (
    SELECT
        coalesce(sum(orders), 0) AS orders, coalesce(sum(amount), 0) AS amount,
        coalesce(round(sum(amount) / sum(orders), 2), 0) AS average,
        coalesce(sum(amount) FILTER (WHERE day = (now() AT TIME ZONE 'UTC')::date), 0) AS today
    FROM earned
), person AS (
    SELECT GROUPING(country) = 0 AS by_country, GROUPING(segment) = 0 AS by_segment, country, segment, count(*) AS customers
    FROM customer GROUP BY GROUPING SETS ((), country, segment)
), article AS (
    SELECT GROUPING(category) = 0 AS by_category, category, count(*) AS products
    FROM product GROUP BY GROUPING SETS ((), category)
), line AS (
    SELECT count(*) AS lines, coalesce(sum(quantity), 0) AS units, coalesce(sum(quantity * unit_price), 0) AS amount
    FROM transactiondetail
)
SELECT ARRAY['transactions', 'count'] AS path, coalesce(sum(orders), 0)::numeric AS value FROM kept
UNION ALL SELECT ARRAY['transactions', 'by_status', status], sum(orders) FROM kept GROUP BY status
UNION ALL SELECT ARRAY['transactions', 'by_payment_method', payment_method], orders FROM placed WHERE by_payment_method
UNION ALL SELECT ARRAY['transactions', 'by_channel', channel], orders FROM placed WHERE by_channel
UNION ALL SELECT ARRAY['revenue', 'total'], amount FROM total
UNION ALL SELECT ARRAY['revenue', 'orders'], orders FROM total
UNION ALL SELECT ARRAY['revenue', 'average_order_value'], average FROM total
UNION ALL SELECT ARRAY['revenue', 'by_day', day::text], sum(amount) FROM earned GROUP BY day HAVING sum(amount) <> 0
UNION ALL SELECT ARRAY['revenue', 'by_status', status], sum(amount) FROM earned GROUP BY status HAVING sum(amount) <> 0
UNION ALL SELECT ARRAY['customers', 'count'], customers FROM person WHERE NOT by_country AND NOT by_segment
UNION ALL SELECT ARRAY['customers', 'by_country', country], customers FROM person WHERE by_country
UNION ALL SELECT ARRAY['customers', 'by_segment', segment], customers FROM person WHERE by_segment
UNION ALL SELECT ARRAY['products', 'count'], products FROM article WHERE NOT by_category
UNION ALL SELECT ARRAY['products', 'by_category', category], products FROM article WHERE by_category
UNION ALL SELECT ARRAY['transactiondetail', 'count'], lines FROM line
UNION ALL SELECT ARRAY['transactiondetail', 'units'], units FROM line
UNION ALL SELECT ARRAY['transactiondetail', 'revenue'], amount FROM line
UNION ALL SELECT ARRAY['dashboard', 'transactions'], coalesce(sum(orders), 0) FROM kept
UNION ALL SELECT ARRAY['dashboard', 'customers'], customers FROM person WHERE NOT by_country AND NOT by_segment
UNION ALL SELECT ARRAY['dashboard', 'products'], products FROM article WHERE NOT by_category
UNION ALL SELECT ARRAY['dashboard', 'revenue_total'], amount FROM total
UNION ALL SELECT ARRAY['dashboard', 'revenue_today'], today FROM total
UNION ALL SELECT ARRAY['dashboard', 'average_order_value'], average FROM total
UNION ALL SELECT ARRAY['orders', 'by_day_and_status', day::text, status], orders FROM kept
UNION ALL SELECT ARRAY['orders', 'amount_by_day_and_status', day::text, status], amount FROM kept
