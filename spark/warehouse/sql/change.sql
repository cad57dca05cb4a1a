-- The records of a batch, as they are copied in: c(reate), r(ead by a snapshot), u(pdate) and d(elete) with a row (the
-- last that is known), reset and unreadable without.
CREATE TEMPORARY TABLE change (
    topic           text NOT NULL,
    kafka_partition integer NOT NULL,
    kafka_offset    bigint NOT NULL,
    op              text NOT NULL,
    id              bigint,
    ts_ms           bigint,
    row             jsonb
) ON COMMIT DROP;

-- The rows whose state in `staging` is another after this batch than before.
CREATE TEMPORARY TABLE touched (topic text NOT NULL, id bigint NOT NULL) ON COMMIT DROP;

-- The facts that have to be made anew.
CREATE TEMPORARY TABLE affected (fact text NOT NULL, id bigint NOT NULL) ON COMMIT DROP;
