INSERT INTO fact_shipment (
    shipment_id, order_id, carrier_key, date_key, status, created_at, promised_at, delivered_at, is_deleted
)
SELECT
    parcel.id,
    parcel.transaction_id,
    coalesce(carrier_key, 0),
    (parcel.promised_at AT TIME ZONE 'UTC')::date,
    parcel.status,
    parcel.created_at,
    parcel.promised_at,
    parcel.delivered_at,
    parcel.is_deleted
FROM (SELECT DISTINCT id FROM affected WHERE fact = 'fact_shipment') AS affected
JOIN staging.shipment AS parcel USING (id)
LEFT JOIN dim_carrier ON dim_carrier.carrier_key = parcel.carrier_id
ON CONFLICT (shipment_id) DO UPDATE
SET order_id = excluded.order_id,
    carrier_key = excluded.carrier_key,
    date_key = excluded.date_key,
    status = excluded.status,
    created_at = excluded.created_at,
    promised_at = excluded.promised_at,
    delivered_at = excluded.delivered_at,
    is_deleted = excluded.is_deleted
