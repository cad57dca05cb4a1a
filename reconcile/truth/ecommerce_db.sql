-- What the documents should say of the database `ecommerce_db`. Reads each table once.
WITH parcel AS (
    SELECT
        GROUPING(status) = 0 AS by_status, GROUPING(carrier_id) = 0 AS by_carrier, status, carrier_id,
        count(*) AS parcels, count(*) FILTER (WHERE delivered_at <= promised_at) AS on_time,
        count(*) FILTER (WHERE delivered_at > promised_at) AS late
    FROM shipment GROUP BY GROUPING SETS ((), status, carrier_id)
), total AS (
    SELECT parcels, on_time, late FROM parcel WHERE NOT by_status AND NOT by_carrier
)
SELECT ARRAY['carriers', 'count'] AS path, count(*)::numeric AS value FROM carrier
UNION ALL SELECT ARRAY['shipments', 'count'], parcels FROM total
UNION ALL SELECT ARRAY['shipments', 'by_status', status], parcels FROM parcel WHERE by_status
UNION ALL SELECT ARRAY['shipments', 'by_carrier', carrier_id::text], parcels FROM parcel WHERE by_carrier
UNION ALL SELECT ARRAY['shipments', 'on_time'], on_time FROM total
UNION ALL SELECT ARRAY['shipments', 'late'], late FROM total
