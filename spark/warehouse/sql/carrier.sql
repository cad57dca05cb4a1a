-- The carriers as they are now. Shipments that waited for theirs find it.
INSERT INTO affected
SELECT 'fact_shipment', shipment.id
FROM touched
JOIN staging.shipment ON shipment.carrier_id = touched.id
WHERE touched.topic = 'carrier' AND NOT EXISTS (SELECT FROM dim_carrier WHERE carrier_key = touched.id);

INSERT INTO dim_carrier (carrier_key, name, country, created_at, is_deleted)
SELECT id, name, country, created_at, is_deleted FROM staging.carrier
WHERE id IN (SELECT id FROM touched WHERE topic = 'carrier')
ON CONFLICT (carrier_key) DO UPDATE
SET (name, country, created_at, is_deleted) =
    (excluded.name, excluded.country, excluded.created_at, excluded.is_deleted);
