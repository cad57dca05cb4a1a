-- Adds a topic's changes to its history.
WITH added AS (
    INSERT INTO staging.{history} ({columns}, kafka_partition, kafka_offset, changed_at, op)
    SELECT {new_columns}, change.kafka_partition, change.kafka_offset, 'epoch'::timestamptz + ts_ms * interval '1 ms', change.op
    FROM change CROSS JOIN LATERAL jsonb_populate_record(NULL::staging.{history}, change.row) AS new
    WHERE topic = {name} AND change.id IS NOT NULL
    ON CONFLICT DO NOTHING
    RETURNING id
)
INSERT INTO touched SELECT {name}, id FROM added;
