-- What the documents should say of the database `ecommerce_db`.
SELECT ARRAY['carriers', 'count'] AS path, count(*)::numeric AS value FROM carrier
UNION ALL SELECT ARRAY['shipments', 'count'], count(*) FROM shipment
UNION ALL SELECT ARRAY['shipments', 'by_status', status], count(*) FROM shipment GROUP BY status
UNION ALL SELECT ARRAY['shipments', 'by_carrier', carrier_id::text], count(*) FROM shipment GROUP BY carrier_id
UNION ALL SELECT ARRAY['shipments', 'on_time'], count(*) FROM shipment WHERE delivered_at <= promised_at
UNION ALL SELECT ARRAY['shipments', 'late'], count(*) FROM shipment WHERE delivered_at > promised_at
