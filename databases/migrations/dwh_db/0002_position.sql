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
