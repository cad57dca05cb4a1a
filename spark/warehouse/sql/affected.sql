-- The facts whose own rows changed.
INSERT INTO affected
SELECT 'fact_sales', id FROM touched WHERE topic = 'transactiondetail'
UNION ALL
SELECT 'fact_sales', line.id
FROM touched JOIN staging.transactiondetail AS line ON line.transaction_id = touched.id
WHERE touched.topic = 'transaction'
UNION ALL
SELECT 'fact_' || topic, id FROM touched WHERE topic IN ('interaction', 'stock', 'shipment')
UNION ALL
SELECT 'fact_stock', stock_id FROM fact_stock JOIN touched ON touched.id = fact_stock.product_id
WHERE touched.topic = 'product';

ANALYZE affected;
