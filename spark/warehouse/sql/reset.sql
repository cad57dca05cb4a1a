-- A snapshot began in this batch: the topic's rows of older records are gone, unless it reads them again. Reads the whole
-- table, once a snapshot.
WITH last_reset AS (
    SELECT kafka_partition, max(kafka_offset) AS kafka_offset FROM change WHERE topic = {name} AND op = 'reset'
    GROUP BY kafka_partition
), forgotten AS (
    UPDATE staging.{topic} AS old SET is_deleted = true FROM last_reset
    WHERE NOT old.is_deleted
      AND old.kafka_partition = last_reset.kafka_partition
      AND old.kafka_offset < last_reset.kafka_offset
    RETURNING id
)
INSERT INTO touched SELECT {name}, id FROM forgotten;
