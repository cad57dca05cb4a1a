-- Notes how far each partition is loaded, beside the rows themselves. It never moves back: a checkpoint that is older, or
-- new, brings records again that are loaded. Of the records that are left out of a batch, each has a later one of its row.
INSERT INTO staging.position AS known (topic, kafka_partition, kafka_offset)
SELECT topic, kafka_partition, max(kafka_offset) FROM change
GROUP BY topic, kafka_partition
ON CONFLICT (topic, kafka_partition) DO UPDATE
SET kafka_offset = excluded.kafka_offset
WHERE known.kafka_offset < excluded.kafka_offset
