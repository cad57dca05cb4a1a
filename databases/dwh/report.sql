-- What people ask of the warehouse: with psql, and on the page. Days are those of UTC, money is in EUR, and a sale is
-- what counts as revenue, by the day on which its order was placed.

CREATE SCHEMA IF NOT EXISTS report;
COMMENT ON SCHEMA report IS 'Answers: what the page shows, and a person with psql wants to know';

-- The lines that were earned.
CREATE OR REPLACE VIEW report.sale AS
SELECT
    fact_sales.date_key AS day, order_id, line_id, fact_sales.customer_id, fact_sales.product_id, sold_at, channel,
    fact_sales.country, category, quantity, revenue, fact_sales.cost, margin
FROM fact_sales
JOIN dim_product USING (product_key)
WHERE is_revenue AND NOT fact_sales.is_deleted;
COMMENT ON VIEW report.sale IS 'Order lines that count as revenue, with the category that the product had then';

-- Each day from the first order to today.
CREATE OR REPLACE VIEW report.day AS
SELECT date_key AS day, week, month
FROM dim_date
WHERE date_key BETWEEN (SELECT min(date_key) FROM fact_sales) AND (now() AT TIME ZONE 'UTC')::date;
COMMENT ON VIEW report.day IS 'The days from the first order to today, without gaps';

CREATE OR REPLACE VIEW report.sales_by_day AS
WITH daily AS (
    SELECT day, count(DISTINCT order_id) AS orders, sum(quantity) AS units, sum(revenue) AS revenue
    FROM report.sale GROUP BY day
)
SELECT
    day,
    coalesce(orders, 0) AS orders,
    coalesce(units, 0) AS units,
    coalesce(revenue, 0.00) AS revenue,
    coalesce(round(revenue / orders, 2), 0.00) AS average_order_value,
    round(avg(coalesce(revenue, 0)) OVER (ORDER BY day ROWS 6 PRECEDING), 2) AS revenue_7d_average
FROM report.day LEFT JOIN daily USING (day);
COMMENT ON VIEW report.sales_by_day IS 'Sales of each day from the first order to today';
COMMENT ON COLUMN report.sales_by_day.revenue_7d_average IS 'Mean of this day and the six before it, or as many as there are';

CREATE OR REPLACE VIEW report.sales_by_week AS
SELECT
    week,
    sum(orders) AS orders,
    sum(units) AS units,
    sum(revenue) AS revenue,
    coalesce(round(sum(revenue) / nullif(sum(orders), 0), 2), 0.00) AS average_order_value
FROM report.sales_by_day JOIN report.day USING (day)
GROUP BY week;
COMMENT ON VIEW report.sales_by_week IS 'Sales of each week, named by its Monday';

CREATE OR REPLACE VIEW report.sales_by_month AS
SELECT
    month,
    sum(orders) AS orders,
    sum(units) AS units,
    sum(revenue) AS revenue,
    coalesce(round(sum(revenue) / nullif(sum(orders), 0), 2), 0.00) AS average_order_value
FROM report.sales_by_day JOIN report.day USING (day)
GROUP BY month;
COMMENT ON VIEW report.sales_by_month IS 'Sales of each month, named by its first day';

CREATE OR REPLACE VIEW report.category_by_day AS
SELECT
    day, category, count(DISTINCT order_id) AS orders, sum(quantity) AS units, sum(revenue) AS revenue,
    sum(cost) AS cost, sum(margin) AS margin
FROM report.sale
GROUP BY day, category;
COMMENT ON VIEW report.category_by_day IS 'Sales of each day and category. An order of two categories counts for both';

CREATE OR REPLACE VIEW report.country_by_day AS
SELECT day, country, count(DISTINCT order_id) AS orders, sum(revenue) AS revenue
FROM report.sale
GROUP BY day, country;
COMMENT ON VIEW report.country_by_day IS 'Sales of each day and country to which they go';

CREATE OR REPLACE VIEW report.channel_by_day AS
SELECT day, channel, count(DISTINCT order_id) AS orders, sum(revenue) AS revenue
FROM report.sale
GROUP BY day, channel;
COMMENT ON VIEW report.channel_by_day IS 'Sales of each day and channel in which they were made';

CREATE OR REPLACE VIEW report.customers_by_day AS
WITH bought AS (
    SELECT day, customer_id, sum(revenue) AS revenue,
        day = min(day) OVER (PARTITION BY customer_id) AS is_new
    FROM report.sale GROUP BY day, customer_id
)
SELECT
    day,
    count(customer_id) FILTER (WHERE is_new) AS new_customers,
    count(customer_id) FILTER (WHERE NOT is_new) AS returning_customers,
    coalesce(sum(revenue) FILTER (WHERE is_new), 0.00) AS new_revenue,
    coalesce(sum(revenue) FILTER (WHERE NOT is_new), 0.00) AS returning_revenue
FROM report.day LEFT JOIN bought USING (day)
GROUP BY day;
COMMENT ON VIEW report.customers_by_day IS 'Customers who bought on a day: for the first time ever, or again';

CREATE OR REPLACE VIEW report.product_by_day AS
SELECT
    day, product_id, now.name AS product, now.category, sum(quantity) AS units, sum(revenue) AS revenue,
    sum(sale.cost) AS cost, sum(margin) AS margin
FROM report.sale
JOIN dim_product AS now USING (product_id)
WHERE now.is_current
GROUP BY day, product_id, now.name, now.category
UNION ALL
SELECT day, product_id, 'unknown', 'unknown', sum(quantity), sum(revenue), sum(cost), sum(margin)
FROM report.sale
WHERE NOT EXISTS (SELECT FROM dim_product WHERE dim_product.product_id = sale.product_id)
GROUP BY day, product_id;
COMMENT ON VIEW report.product_by_day IS 'Sales of each day and product, under the name and category that it has now';

CREATE OR REPLACE VIEW report.stock_cover AS
WITH sold AS (
    SELECT product_id, sum(quantity) / 28.0 AS units_per_day FROM report.sale
    WHERE day > (now() AT TIME ZONE 'UTC')::date - 28
    GROUP BY product_id
), level AS (
    SELECT *, sum(quantity) OVER (PARTITION BY product_id) AS everywhere,
        count(*) OVER (PARTITION BY product_id) AS warehouses
    FROM fact_stock WHERE NOT is_deleted
), shared AS (
    SELECT level.*, units_per_day * CASE WHEN everywhere > 0 THEN quantity::numeric / everywhere ELSE 1.0 / warehouses END
        AS units_per_day
    FROM level LEFT JOIN sold USING (product_id)
)
SELECT
    product_id,
    coalesce(dim_product.name, 'unknown') AS product,
    coalesce(category, 'unknown') AS category,
    warehouse,
    quantity,
    reorder_level,
    unit_cost,
    value,
    coalesce(round(units_per_day, 4), 0) AS units_per_day,
    round(quantity / nullif(units_per_day, 0), 1) AS days_of_cover
FROM shared LEFT JOIN dim_product USING (product_id)
WHERE dim_product.is_current IS NOT false;
COMMENT ON VIEW report.stock_cover IS 'What lies where, and for how long it lasts if it sells as in the last 28 days';
COMMENT ON COLUMN report.stock_cover.units_per_day IS 'Mean of the last 28 days; a product''s sales are shared among its warehouses by what they hold';
COMMENT ON COLUMN report.stock_cover.days_of_cover IS 'quantity / units_per_day; null where nothing sells';

CREATE OR REPLACE VIEW report.delivery_by_day AS
SELECT
    date_key AS day,
    dim_carrier.name AS carrier,
    count(*) AS shipments,
    count(delivered_at) AS delivered,
    count(*) FILTER (WHERE on_time) AS on_time,
    count(*) FILTER (WHERE NOT on_time) AS late,
    round(avg(extract(epoch FROM delivered_at - fact_shipment.created_at)) / 86400, 2) AS average_days
FROM fact_shipment
JOIN dim_carrier USING (carrier_key)
WHERE NOT fact_shipment.is_deleted
GROUP BY date_key, carrier_key, dim_carrier.name;
COMMENT ON VIEW report.delivery_by_day IS 'Shipments by the day for which they were promised';
COMMENT ON COLUMN report.delivery_by_day.average_days IS 'Mean days from handing over to delivery; null where nothing came';

CREATE OR REPLACE VIEW report.so_far AS
WITH span AS (
    SELECT name, midnight, midnight + (now() - date_trunc('day', now(), 'UTC')) AS until
    FROM (VALUES
        ('today', date_trunc('day', now(), 'UTC')),
        ('yesterday', date_trunc('day', now(), 'UTC') - interval '24 hours')
    ) AS days (name, midnight)
)
SELECT
    name AS day,
    coalesce(revenue, 0.00) AS revenue,
    orders,
    coalesce(round(revenue / nullif(orders, 0), 2), 0.00) AS average_order_value,
    sessions,
    purchases,
    round(purchases::numeric / nullif(sessions, 0), 4) AS conversion
FROM span,
    LATERAL (
        SELECT sum(revenue) AS revenue, count(DISTINCT order_id) AS orders FROM report.sale
        WHERE day = (midnight AT TIME ZONE 'UTC')::date AND sold_at <= until
    ) AS sales,
    LATERAL (
        SELECT count(DISTINCT session_id) AS sessions,
            count(DISTINCT session_id) FILTER (WHERE type = 'purchase') AS purchases
        FROM fact_interaction
        WHERE date_key = (midnight AT TIME ZONE 'UTC')::date AND happened_at <= until AND NOT is_deleted
    ) AS visits;
COMMENT ON VIEW report.so_far IS 'Today until now, and yesterday until the same time of day';
COMMENT ON COLUMN report.so_far.purchases IS 'Sessions in which something was bought';
COMMENT ON COLUMN report.so_far.conversion IS 'purchases / sessions; null where there was no session';

CREATE OR REPLACE VIEW report.freshness AS
SELECT 'fact_sales' AS table_name, count(*) AS rows, max(sold_at) AS newest FROM fact_sales WHERE NOT is_deleted
UNION ALL SELECT 'fact_interaction', count(*), max(happened_at) FROM fact_interaction WHERE NOT is_deleted
UNION ALL SELECT 'fact_stock', count(*), max(updated_at) FROM fact_stock WHERE NOT is_deleted
UNION ALL SELECT 'fact_shipment', count(*), max(created_at) FROM fact_shipment WHERE NOT is_deleted
UNION ALL SELECT 'dim_customer', count(*), max(created_at) FROM dim_customer WHERE customer_key <> 0
UNION ALL SELECT 'dim_product', count(*), max(created_at) FROM dim_product WHERE product_key <> 0
UNION ALL SELECT 'dim_carrier', count(*), max(created_at) FROM dim_carrier WHERE carrier_key <> 0
UNION ALL SELECT 'loaded_batch', count(*), max(loaded_at) FROM staging.loaded_batch;
COMMENT ON VIEW report.freshness IS 'How many rows each table has, and of when the newest is; loaded_batch: when the last batch was loaded';
