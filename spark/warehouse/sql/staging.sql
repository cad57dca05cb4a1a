-- Takes the newest record of each row of a topic, unless the table has it already, or a newer one.
-- A row is gone if that record is a delete, or if a snapshot began after it.
-- In a partition the offset says what is newer. A row moves to another one where its topic gets more of them: then it is
-- the time of the change.
WITH timed AS (
    SELECT *, max(ts_ms) OVER (PARTITION BY id, kafka_partition ORDER BY kafka_offset) AS since FROM change
    WHERE topic = {name} AND id IS NOT NULL
), newest AS (
    SELECT DISTINCT ON (id) * FROM timed
    ORDER BY id, since DESC, kafka_partition DESC, kafka_offset DESC
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
    WHERE CASE WHEN old.kafka_partition = excluded.kafka_partition THEN old.kafka_offset < excluded.kafka_offset
        ELSE (old.changed_at, old.kafka_partition) < (excluded.changed_at, excluded.kafka_partition) END
    RETURNING id
)
INSERT INTO touched SELECT {name}, id FROM merged;
