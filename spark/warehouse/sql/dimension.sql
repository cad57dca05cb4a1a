-- Makes the versions of the rows that changed anew from their whole history, and finds the facts that now belong to
-- another version. What did not change at all (a row that a snapshot read again) makes no new version.
CREATE TEMPORARY TABLE version ON COMMIT DROP AS
WITH known AS (
    -- In a partition the offset says what is newer. A row moves to another one where its topic gets more of them: then
    -- it is the time of the change, which may go back a little within a partition.
    SELECT *, op = 'd' AS is_deleted, max(changed_at) OVER (PARTITION BY id, kafka_partition ORDER BY kafka_offset) AS place
    FROM staging.{history}
    WHERE id IN (SELECT id FROM touched WHERE topic = {name})
), followed AS (
    SELECT *,
        lead(op) OVER later AS next_op,
        lead(kafka_partition) OVER later AS next_partition,
        lead(kafka_offset) OVER later AS next_offset,
        lead(place) OVER later AS next_place
    FROM known
    WINDOW later AS (PARTITION BY id ORDER BY place, kafka_partition, kafka_offset)
), vanished AS (
    -- Before a new snapshot, which does not read the row: it was deleted while no one looked.
    SELECT known.id, {columns}, reset.kafka_partition, reset.kafka_offset, reset.changed_at, true AS is_deleted
    FROM followed AS known
    JOIN staging.reset ON reset.topic = {name}
        AND reset.kafka_partition = known.kafka_partition
        AND reset.kafka_offset > known.kafka_offset
        AND CASE WHEN next_op IS NULL THEN true
            WHEN next_partition = known.kafka_partition THEN reset.kafka_offset < next_offset
            ELSE reset.changed_at < next_place END
    WHERE known.next_op IS DISTINCT FROM 'r'
), state AS (
    SELECT id, {columns}, is_deleted, kafka_partition, kafka_offset,
        max(changed_at) OVER (PARTITION BY id, kafka_partition ORDER BY kafka_offset) AS since
    FROM (
        SELECT id, {columns}, kafka_partition, kafka_offset, changed_at, is_deleted FROM known
        UNION ALL SELECT * FROM vanished
    ) AS moment
), lasting AS (
    -- Of changes at one moment, the last.
    SELECT DISTINCT ON (id, since) * FROM state ORDER BY id, since, kafka_partition DESC, kafka_offset DESC
), compared AS (
    SELECT *, ROW({columns}, is_deleted) IS NOT DISTINCT FROM lag(ROW({columns}, is_deleted)) OVER earlier AS is_same
    FROM lasting
    WINDOW earlier AS (PARTITION BY id ORDER BY since)
)
SELECT id, {columns}, is_deleted,
    CASE WHEN row_number() OVER later = 1 THEN '-infinity' ELSE since END AS valid_from,
    coalesce(lead(since) OVER later, 'infinity') AS valid_to,
    lead(since) OVER later IS NULL AS is_current
FROM compared
WHERE NOT is_same
WINDOW later AS (PARTITION BY id ORDER BY since);

-- From when on a row's versions are other ones than they were.
CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
WITH before AS (
    SELECT {id} AS id, valid_from, {columns}, is_deleted FROM {dimension}
    WHERE {id} IN (SELECT id FROM version)
), after AS (
    SELECT id, valid_from, {columns}, is_deleted FROM version
)
SELECT id, min(valid_from) AS since
FROM ((TABLE before EXCEPT TABLE after) UNION ALL (TABLE after EXCEPT TABLE before)) AS difference
GROUP BY id;

INSERT INTO affected
SELECT 'fact_sales', line_id
FROM moved
JOIN {dimension} AS old ON old.{id} = moved.id AND old.valid_to > moved.since
JOIN fact_sales ON fact_sales.{key} = old.{key} AND fact_sales.sold_at >= moved.since
UNION ALL
SELECT 'fact_sales', line_id FROM fact_sales JOIN moved ON moved.id = fact_sales.{id} WHERE fact_sales.{key} = 0
UNION ALL
SELECT 'fact_interaction', interaction_id
FROM moved
JOIN {dimension} AS old ON old.{id} = moved.id AND old.valid_to > moved.since
JOIN fact_interaction ON fact_interaction.{key} = old.{key} AND fact_interaction.happened_at >= moved.since
UNION ALL
SELECT 'fact_interaction', interaction_id
FROM fact_interaction JOIN moved ON moved.id = fact_interaction.{id} WHERE fact_interaction.{key} = 0;

DELETE FROM {dimension} AS old
WHERE {id} IN (SELECT id FROM version)
  AND NOT EXISTS (SELECT FROM version WHERE version.id = old.{id} AND version.valid_from = old.valid_from);

-- Those that end before those that begin, as only one may be the current one.
UPDATE {dimension} AS old SET valid_to = version.valid_to, is_current = version.is_current
FROM version
WHERE version.id = old.{id} AND version.valid_from = old.valid_from
  AND (old.valid_to, old.is_current) IS DISTINCT FROM (version.valid_to, version.is_current);

INSERT INTO {dimension} AS old ({id}, {columns}, is_deleted, valid_from, valid_to, is_current)
SELECT id, {columns}, is_deleted, valid_from, valid_to, is_current FROM version
ON CONFLICT ({id}, valid_from) DO UPDATE
SET ({columns}, is_deleted) = ({excluded_columns}, excluded.is_deleted)
WHERE ({old_columns}, old.is_deleted) IS DISTINCT FROM ({excluded_columns}, excluded.is_deleted);

DROP TABLE version, moved;
