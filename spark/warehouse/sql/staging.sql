-- Takes the newest record of each row of a topic, unless the table has it already, or a newer one.
-- A row is gone if that record is a delete, or if a snapshot began after it.
WITH newest AS (
    SELECT DISTINCT ON (id) * FROM change
    WHERE topic = {name} AND id IS NOT NULL
    ORDER BY id, kafka_offset DESC
), last_reset AS (
    SELECT kafka_partition, max(kafka_offset) AS kafka_offset FROM staging.reset WHERE topic = {name}
    GROUP BY kafka_partition
), merged AS (
    INSERT INTO staging.{topic} AS old ({columns}, kafka_partition, kafka_offset, changed_at, is_deleted)
    SELECT
        {new_columns},
        newest.kafka_partition,
        newest.kafka_offset,
        'epoch'::timestamptz + newest.ts_ms * interval '1 ms',
        newest.op = 'd' OR coalesce(newest.kafka_offset < last_reset.kafka_offset, false)
    FROM newest
    CROSS JOIN LATERAL jsonb_populate_record(NULL::staging.{topic}, newest.row) AS new
    LEFT JOIN last_reset ON last_reset.kafka_partition = newest.kafka_partition
    ON CONFLICT (id) DO UPDATE
    SET ({columns}, kafka_partition, kafka_offset, changed_at, is_deleted) =
        ({excluded_columns}, excluded.kafka_partition, excluded.kafka_offset, excluded.changed_at, excluded.is_deleted)
    WHERE old.kafka_offset < excluded.kafka_offset
    RETURNING id
)
INSERT INTO touched SELECT {name}, id FROM merged;
