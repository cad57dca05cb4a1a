-- An order line, as soon as its order is known too.
INSERT INTO fact_sales (
    line_id, order_id, date_key, customer_key, product_key, customer_id, product_id, sold_at, status, payment_method,
    channel, country, currency, quantity, unit_price, unit_cost, is_revenue, is_deleted
)
SELECT
    line.id,
    placed.id,
    (placed.created_at AT TIME ZONE 'UTC')::date,
    coalesce(customer_key, 0),
    coalesce(product_key, 0),
    placed.customer_id,
    line.product_id,
    placed.created_at,
    placed.status,
    placed.payment_method,
    placed.channel,
    placed.country,
    placed.currency,
    line.quantity,
    line.unit_price,
    coalesce(dim_product.cost, 0),
    placed.status = ANY (%(revenue)s),
    line.is_deleted OR placed.is_deleted
FROM (SELECT DISTINCT id FROM affected WHERE fact = 'fact_sales') AS affected
JOIN staging.transactiondetail AS line USING (id)
JOIN staging.transaction AS placed ON placed.id = line.transaction_id
LEFT JOIN dim_customer ON dim_customer.customer_id = placed.customer_id
    AND dim_customer.valid_from <= placed.created_at AND placed.created_at < dim_customer.valid_to
LEFT JOIN dim_product ON dim_product.product_id = line.product_id
    AND dim_product.valid_from <= placed.created_at AND placed.created_at < dim_product.valid_to
ON CONFLICT (line_id) DO UPDATE
SET order_id = excluded.order_id,
    date_key = excluded.date_key,
    customer_key = excluded.customer_key,
    product_key = excluded.product_key,
    customer_id = excluded.customer_id,
    product_id = excluded.product_id,
    sold_at = excluded.sold_at,
    status = excluded.status,
    payment_method = excluded.payment_method,
    channel = excluded.channel,
    country = excluded.country,
    currency = excluded.currency,
    quantity = excluded.quantity,
    unit_price = excluded.unit_price,
    unit_cost = excluded.unit_cost,
    is_revenue = excluded.is_revenue,
    is_deleted = excluded.is_deleted
