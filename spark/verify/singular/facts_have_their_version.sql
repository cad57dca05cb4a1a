-- A fact has the version that was valid when it happened, and key 0 only if there is none.
WITH fact AS (
    SELECT 'fact_sales' AS fact, line_id AS id, customer_key, customer_id, product_key, product_id, sold_at AS at
    FROM fact_sales
    UNION ALL
    SELECT 'fact_interaction', interaction_id, customer_key, customer_id, product_key, product_id, happened_at
    FROM fact_interaction
    UNION ALL
    SELECT 'fact_stock', stock_id, NULL, NULL, product_key, product_id, updated_at FROM fact_stock
)
SELECT fact, fact.id, at, fact.customer_key, fact.product_key, customer.customer_key AS right_customer,
    product.product_key AS right_product
FROM fact
LEFT JOIN dim_customer AS customer ON customer.customer_id = fact.customer_id
    AND customer.valid_from <= at AND at < customer.valid_to
LEFT JOIN dim_product AS product ON product.product_id = fact.product_id
    AND product.valid_from <= at AND at < product.valid_to
WHERE (fact.customer_id IS NOT NULL AND fact.customer_key <> coalesce(customer.customer_key, 0))
   OR (fact.product_id IS NOT NULL AND fact.product_key <> coalesce(product.product_key, 0))
