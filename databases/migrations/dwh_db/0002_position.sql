-- How far the warehouse is loaded, so that it can be compared with the shop while both move.

CREATE TABLE staging.position (
    topic           text NOT NULL,
    kafka_partition integer NOT NULL,
    kafka_offset    bigint NOT NULL,
    PRIMARY KEY (topic, kafka_partition)
);
COMMENT ON TABLE staging.position IS 'How far each partition is loaded, written in the transaction of its rows';
COMMENT ON COLUMN staging.position.topic IS 'The topic';
COMMENT ON COLUMN staging.position.kafka_partition IS 'The partition';
COMMENT ON COLUMN staging.position.kafka_offset IS 'Everything up to and including this offset is loaded';

-- What version 0.1.0 has loaded already. The last record of a partition stands in one of these tables: as the newest of
-- its row, as a reset or as unreadable. Only a row that moved to another partition, when its topic got more of them, takes
-- its place with it: the position of the former one is then too low, until the next record of that partition is loaded.
-- A partition of which nothing is loaded has no position. Those below zero are of an earlier Kafka.
INSERT INTO staging.position (topic, kafka_partition, kafka_offset)
SELECT topic, kafka_partition, max(kafka_offset)
FROM (
    SELECT 'customer' AS topic, kafka_partition, kafka_offset FROM staging.customer
    UNION ALL SELECT 'customer', kafka_partition, kafka_offset FROM staging.customer_change
    UNION ALL SELECT 'product', kafka_partition, kafka_offset FROM staging.product
    UNION ALL SELECT 'product', kafka_partition, kafka_offset FROM staging.product_change
    UNION ALL SELECT 'transaction', kafka_partition, kafka_offset FROM staging.transaction
    UNION ALL SELECT 'transactiondetail', kafka_partition, kafka_offset FROM staging.transactiondetail
    UNION ALL SELECT 'interaction', kafka_partition, kafka_offset FROM staging.interaction
    UNION ALL SELECT 'stock', kafka_partition, kafka_offset FROM staging.stock
    UNION ALL SELECT 'carrier', kafka_partition, kafka_offset FROM staging.carrier
    UNION ALL SELECT 'shipment', kafka_partition, kafka_offset FROM staging.shipment
    UNION ALL SELECT topic, kafka_partition, kafka_offset FROM staging.reset
    UNION ALL SELECT topic, kafka_partition, kafka_offset FROM staging.unreadable
) AS record
WHERE kafka_partition >= 0
GROUP BY topic, kafka_partition;
