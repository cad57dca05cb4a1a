SELECT 'carriers_equal_source', ARRAY[country], count(*)::numeric FROM carrier GROUP BY country
UNION ALL SELECT 'shipments_equal_source', ARRAY['status', status], count(*) FROM shipment GROUP BY status
UNION ALL SELECT 'shipments_equal_source', ARRAY['on time', (delivered_at <= promised_at)::text], count(*) FROM shipment
    WHERE delivered_at IS NOT NULL GROUP BY delivered_at <= promised_at
UNION ALL SELECT 'freshness', ARRAY['shipment'], extract(epoch FROM max(created_at)) FROM shipment
