INSERT INTO fact_stock (
    stock_id, date_key, product_key, product_id, warehouse, quantity, reorder_level, unit_cost, updated_at, is_deleted
)
SELECT
    shelf.id,
    (shelf.updated_at AT TIME ZONE 'UTC')::date,
    coalesce(product_key, 0),
    shelf.product_id,
    shelf.warehouse,
    shelf.quantity,
    shelf.reorder_level,
    shelf.unit_cost,
    shelf.updated_at,
    shelf.is_deleted
FROM (SELECT DISTINCT id FROM affected WHERE fact = 'fact_stock') AS affected
JOIN staging.stock AS shelf USING (id)
LEFT JOIN dim_product ON dim_product.product_id = shelf.product_id
    AND dim_product.valid_from <= shelf.updated_at AND shelf.updated_at < dim_product.valid_to
ON CONFLICT (stock_id) DO UPDATE
SET date_key = excluded.date_key,
    product_key = excluded.product_key,
    product_id = excluded.product_id,
    warehouse = excluded.warehouse,
    quantity = excluded.quantity,
    reorder_level = excluded.reorder_level,
    unit_cost = excluded.unit_cost,
    updated_at = excluded.updated_at,
    is_deleted = excluded.is_deleted
