-- What the warehouse says: the check that it belongs to, what is counted, and how much it is.
SELECT 'sales_equal_source', ARRAY['lines', status], count(*)::numeric FROM fact_sales WHERE NOT is_deleted GROUP BY status
UNION ALL SELECT 'sales_equal_source', ARRAY['orders', status], count(DISTINCT order_id) FROM fact_sales WHERE NOT is_deleted GROUP BY status
UNION ALL SELECT 'sales_equal_source', ARRAY['units', status], sum(quantity) FROM fact_sales WHERE NOT is_deleted GROUP BY status
UNION ALL SELECT 'sales_equal_source', ARRAY['revenue', status], sum(revenue) FROM fact_sales WHERE NOT is_deleted GROUP BY status
UNION ALL SELECT 'sales_equal_source', ARRAY['revenue by day', date_key::text], sum(revenue) FROM fact_sales
    WHERE is_revenue AND NOT is_deleted GROUP BY date_key
UNION ALL SELECT 'customers_equal_source', ARRAY[country, segment], count(*) FROM dim_customer
    WHERE is_current AND NOT is_deleted AND customer_key <> 0 GROUP BY country, segment
UNION ALL SELECT 'products_equal_source', ARRAY['count', category], count(*) FROM dim_product
    WHERE is_current AND NOT is_deleted AND product_key <> 0 GROUP BY category
UNION ALL SELECT 'products_equal_source', ARRAY['price + cost', category], sum(price + cost) FROM dim_product
    WHERE is_current AND NOT is_deleted AND product_key <> 0 GROUP BY category
UNION ALL SELECT 'carriers_equal_source', ARRAY[country], count(*) FROM dim_carrier
    WHERE NOT is_deleted AND carrier_key <> 0 GROUP BY country
UNION ALL SELECT 'interactions_equal_source', ARRAY[type], count(*) FROM fact_interaction WHERE NOT is_deleted GROUP BY type
UNION ALL SELECT 'stock_equals_source', ARRAY['units', warehouse], sum(quantity) FROM fact_stock WHERE NOT is_deleted GROUP BY warehouse
UNION ALL SELECT 'stock_equals_source', ARRAY['value', warehouse], sum(value) FROM fact_stock WHERE NOT is_deleted GROUP BY warehouse
UNION ALL SELECT 'shipments_equal_source', ARRAY['status', status], count(*) FROM fact_shipment WHERE NOT is_deleted GROUP BY status
UNION ALL SELECT 'shipments_equal_source', ARRAY['on time', on_time::text], count(*) FROM fact_shipment
    WHERE NOT is_deleted AND delivered_at IS NOT NULL GROUP BY on_time
UNION ALL SELECT 'freshness', ARRAY['transaction'], extract(epoch FROM max(sold_at)) FROM fact_sales WHERE NOT is_deleted
UNION ALL SELECT 'freshness', ARRAY['interaction'], extract(epoch FROM max(happened_at)) FROM fact_interaction WHERE NOT is_deleted
UNION ALL SELECT 'freshness', ARRAY['stock'], extract(epoch FROM max(updated_at)) FROM fact_stock WHERE NOT is_deleted
UNION ALL SELECT 'freshness', ARRAY['shipment'], extract(epoch FROM max(created_at)) FROM fact_shipment WHERE NOT is_deleted
