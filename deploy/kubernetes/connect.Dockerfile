# Strimzi's Kafka with the Debezium of docker-compose.yml. Strimzi could build it in the cluster, but as root, which the
# namespace forbids.
FROM quay.io/debezium/connect:3.7.0.Final AS debezium

FROM quay.io/strimzi/kafka:1.2.0-kafka-4.3.1
COPY --from=debezium /kafka/connect/debezium-connector-postgres /opt/kafka/plugins/debezium-connector-postgres
