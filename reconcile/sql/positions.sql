-- How far the warehouse has loaded each partition of the present Kafka.
SELECT topic, kafka_partition, kafka_offset FROM staging.position WHERE kafka_partition >= 0;
