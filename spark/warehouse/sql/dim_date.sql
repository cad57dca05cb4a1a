-- The calendar, from the first day that a fact has to the last, and to today.
WITH needed AS (
    SELECT date_key FROM affected JOIN fact_sales ON line_id = id WHERE fact = 'fact_sales'
    UNION ALL SELECT date_key FROM affected JOIN fact_interaction ON interaction_id = id WHERE fact = 'fact_interaction'
    UNION ALL SELECT date_key FROM affected JOIN fact_stock ON stock_id = id WHERE fact = 'fact_stock'
    UNION ALL SELECT date_key FROM affected JOIN fact_shipment ON shipment_id = id WHERE fact = 'fact_shipment'
    UNION ALL SELECT min(date_key) FROM dim_date
    UNION ALL SELECT max(date_key) FROM dim_date
    UNION ALL SELECT (now() AT TIME ZONE 'UTC')::date
)
INSERT INTO dim_date (date_key, year, quarter, month, week, weekday, day_name, is_weekend)
SELECT
    day::date,
    extract(year FROM day),
    extract(quarter FROM day),
    date_trunc('month', day),
    date_trunc('week', day),
    extract(isodow FROM day),
    trim(to_char(day, 'Day')),
    extract(isodow FROM day) >= 6
FROM (SELECT min(date_key)::timestamp AS first, max(date_key)::timestamp AS last FROM needed) AS range,
    generate_series(first, last, interval '1 day') AS day
WHERE NOT EXISTS (SELECT FROM dim_date WHERE date_key = day::date)
