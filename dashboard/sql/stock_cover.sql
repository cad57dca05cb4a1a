-- What runs out first.
SELECT product, category, warehouse, quantity, reorder_level, units_per_day, days_of_cover
FROM report.stock_cover
ORDER BY days_of_cover NULLS LAST, product_id, warehouse
LIMIT 200;
