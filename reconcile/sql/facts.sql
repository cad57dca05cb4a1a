-- The sums of each table of facts, and those of the staging rows that it is a function of: they are equal after each batch.
-- A name and what it is counted by; what the facts say; what they should say.
WITH sales AS (
    SELECT 'fact_sales' AS fact, date_key AS day, status, is_deleted, count(*) AS rows, sum(quantity) AS units, sum(revenue) AS amount
    FROM fact_sales GROUP BY date_key, status, is_deleted
), sold AS (
    SELECT
        'fact_sales' AS fact, (placed.created_at AT TIME ZONE 'UTC')::date AS day, status,
        line.is_deleted OR placed.is_deleted AS is_deleted,
        count(*) AS rows, sum(quantity) AS units, sum(quantity * unit_price) AS amount
    FROM staging.transactiondetail AS line JOIN staging.transaction AS placed ON placed.id = line.transaction_id
    GROUP BY 2, 3, 4
), facts AS (
    SELECT * FROM sales
    UNION ALL SELECT 'fact_interaction', date_key, type, is_deleted, count(*), NULL, NULL FROM fact_interaction GROUP BY 2, 3, 4
    UNION ALL SELECT 'fact_stock', date_key, warehouse, is_deleted, count(*), sum(quantity), sum(value) FROM fact_stock GROUP BY 2, 3, 4
    UNION ALL SELECT 'fact_shipment', date_key, status, is_deleted, count(*), count(*) FILTER (WHERE on_time), NULL FROM fact_shipment
        GROUP BY 2, 3, 4
), staged AS (
    SELECT * FROM sold
    UNION ALL SELECT 'fact_interaction', (created_at AT TIME ZONE 'UTC')::date, type, is_deleted, count(*), NULL, NULL
        FROM staging.interaction GROUP BY 2, 3, 4
    UNION ALL SELECT 'fact_stock', (updated_at AT TIME ZONE 'UTC')::date, warehouse, is_deleted, count(*), sum(quantity),
        sum(quantity * unit_cost) FROM staging.stock GROUP BY 2, 3, 4
    UNION ALL SELECT 'fact_shipment', (promised_at AT TIME ZONE 'UTC')::date, status, is_deleted, count(*),
        count(*) FILTER (WHERE delivered_at <= promised_at), NULL FROM staging.shipment GROUP BY 2, 3, 4
), compared AS (
    SELECT
        fact, day, status, is_deleted, facts.rows AS fact_rows, staged.rows AS staged_rows, facts.units AS fact_units,
        staged.units AS staged_units, facts.amount AS fact_amount, staged.amount AS staged_amount
    FROM facts FULL JOIN staged USING (fact, day, status, is_deleted)
), named AS (
    SELECT compared.*, ARRAY[day::text, status] || CASE WHEN is_deleted THEN ARRAY['deleted'] ELSE '{}' END AS groups FROM compared
)
SELECT ARRAY[fact, 'rows'] || groups AS path, fact_rows::numeric AS shown, staged_rows::numeric AS truth FROM named
UNION ALL SELECT ARRAY[fact, CASE fact WHEN 'fact_shipment' THEN 'on_time' ELSE 'units' END] || groups, fact_units, staged_units
    FROM named WHERE fact <> 'fact_interaction'
UNION ALL SELECT ARRAY[fact, 'amount'] || groups, fact_amount, staged_amount FROM named WHERE fact IN ('fact_sales', 'fact_stock')
