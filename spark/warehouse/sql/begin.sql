-- Takes the warehouse for this transaction, and this batch if it is not loaded yet: returns a row if so.
WITH locked AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(%(lock)s)
)
INSERT INTO staging.loaded_batch AS last (query, checkpoint, batch_id, records)
SELECT %(query)s, %(checkpoint)s, %(batch_id)s, 0 FROM locked
ON CONFLICT (query, checkpoint) DO UPDATE
SET batch_id = excluded.batch_id, records = excluded.records, loaded_at = excluded.loaded_at
WHERE last.batch_id < excluded.batch_id
RETURNING batch_id
