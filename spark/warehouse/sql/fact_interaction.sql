INSERT INTO fact_interaction (
    interaction_id, date_key, customer_key, product_key, customer_id, product_id, session_id, type, happened_at, is_deleted
)
SELECT
    visit.id,
    (visit.created_at AT TIME ZONE 'UTC')::date,
    coalesce(customer_key, 0),
    CASE WHEN visit.product_id IS NOT NULL THEN coalesce(product_key, 0) END,
    visit.customer_id,
    visit.product_id,
    visit.session_id,
    visit.type,
    visit.created_at,
    visit.is_deleted
FROM (SELECT DISTINCT id FROM affected WHERE fact = 'fact_interaction') AS affected
JOIN staging.interaction AS visit USING (id)
LEFT JOIN dim_customer ON dim_customer.customer_id = visit.customer_id
    AND dim_customer.valid_from <= visit.created_at AND visit.created_at < dim_customer.valid_to
LEFT JOIN dim_product ON dim_product.product_id = visit.product_id
    AND dim_product.valid_from <= visit.created_at AND visit.created_at < dim_product.valid_to
ON CONFLICT (interaction_id) DO UPDATE
SET date_key = excluded.date_key,
    customer_key = excluded.customer_key,
    product_key = excluded.product_key,
    customer_id = excluded.customer_id,
    product_id = excluded.product_id,
    session_id = excluded.session_id,
    type = excluded.type,
    happened_at = excluded.happened_at,
    is_deleted = excluded.is_deleted
