-- The same snapshot may end a version of any row that was known before it.
INSERT INTO touched
SELECT {name}, known.id
FROM staging.{history} AS known
JOIN change ON change.topic = {name} AND change.op = 'reset'
    AND change.kafka_partition = known.kafka_partition AND change.kafka_offset > known.kafka_offset;
