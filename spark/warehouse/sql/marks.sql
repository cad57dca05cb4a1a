-- What is no row: where snapshots began, and what could not be read.
INSERT INTO staging.reset (topic, kafka_partition, kafka_offset, changed_at)
SELECT topic, kafka_partition, kafka_offset, 'epoch'::timestamptz + ts_ms * interval '1 ms' FROM change
WHERE op = 'reset'
ON CONFLICT DO NOTHING;

INSERT INTO staging.unreadable (topic, kafka_partition, kafka_offset)
SELECT topic, kafka_partition, kafka_offset FROM change
WHERE op = 'unreadable'
ON CONFLICT DO NOTHING;

ANALYZE change;
