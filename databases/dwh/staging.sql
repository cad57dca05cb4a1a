-- What the topics say: the newest state of each row, by its key, with the position of the record that says it.
-- Written by position only, never by the order of arrival: whatever is read again or late ends in the same rows.

CREATE SCHEMA IF NOT EXISTS staging;
COMMENT ON SCHEMA staging IS 'The shop''s rows as the eight topics say they are now, and what is needed to load them once';

-- Names, not e-mail addresses: no report needs them.
CREATE TABLE IF NOT EXISTS staging.customer (
    id         bigint PRIMARY KEY,
    name       text NOT NULL,
    country    text NOT NULL,
    segment    text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS staging.product (
    id         bigint PRIMARY KEY,
    name       text NOT NULL,
    category   text NOT NULL,
    brand      text NOT NULL,
    price      numeric(12, 2) NOT NULL,
    cost       numeric(12, 2) NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS staging.transaction (
    id             bigint PRIMARY KEY,
    customer_id    bigint NOT NULL,
    status         text NOT NULL,
    payment_method text NOT NULL,
    channel        text NOT NULL,
    country        text NOT NULL,
    currency       text NOT NULL,
    total_amount   numeric(12, 2) NOT NULL,
    created_at     timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS staging.transactiondetail (
    id             bigint PRIMARY KEY,
    transaction_id bigint NOT NULL,
    product_id     bigint NOT NULL,
    quantity       integer NOT NULL,
    unit_price     numeric(12, 2) NOT NULL
);
CREATE INDEX IF NOT EXISTS transactiondetail_transaction ON staging.transactiondetail (transaction_id);

CREATE TABLE IF NOT EXISTS staging.interaction (
    id          bigint PRIMARY KEY,
    customer_id bigint NOT NULL,
    session_id  text NOT NULL,
    product_id  bigint,
    type        text NOT NULL,
    created_at  timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS staging.stock (
    id            bigint PRIMARY KEY,
    product_id    bigint NOT NULL,
    warehouse     text NOT NULL,
    quantity      integer NOT NULL,
    reorder_level integer NOT NULL,
    unit_cost     numeric(12, 2) NOT NULL,
    updated_at    timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS staging.carrier (
    id         bigint PRIMARY KEY,
    name       text NOT NULL,
    country    text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS staging.shipment (
    id             bigint PRIMARY KEY,
    transaction_id bigint NOT NULL,
    carrier_id     bigint NOT NULL,
    status         text NOT NULL,
    promised_at    timestamptz NOT NULL,
    delivered_at   timestamptz,
    created_at     timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS shipment_carrier ON staging.shipment (carrier_id);

-- Every change of the two tables whose past is kept.
CREATE TABLE IF NOT EXISTS staging.customer_change (LIKE staging.customer INCLUDING DEFAULTS, op text NOT NULL);
CREATE TABLE IF NOT EXISTS staging.product_change (LIKE staging.product INCLUDING DEFAULTS, op text NOT NULL);

-- The same columns for all: where in its topic a row's record stands, when it was committed, and whether it is gone.
DO $$
DECLARE
    name text;
    own text;
BEGIN
    FOREACH name IN ARRAY ARRAY['customer', 'product', 'transaction', 'transactiondetail', 'interaction', 'stock',
                                'carrier', 'shipment', 'customer_change', 'product_change'] LOOP
        EXECUTE format('ALTER TABLE staging.%I
            ADD COLUMN IF NOT EXISTS kafka_partition integer NOT NULL,
            ADD COLUMN IF NOT EXISTS kafka_offset bigint NOT NULL,
            ADD COLUMN IF NOT EXISTS changed_at timestamptz NOT NULL', name);
        FOR own IN SELECT attname FROM pg_attribute WHERE attrelid = format('staging.%I', name)::regclass AND attnum > 0 LOOP
            EXECUTE format('COMMENT ON COLUMN staging.%I.%I IS %L', name, own, 'As in the shop''s table');
        END LOOP;
        EXECUTE format('COMMENT ON COLUMN staging.%I.kafka_partition IS %L', name, 'Partition of the record that this row is from; a key stays in one, unless the topic gets more. Below zero: of an earlier Kafka');
        EXECUTE format('COMMENT ON COLUMN staging.%I.kafka_offset IS %L', name, 'Offset of that record: a smaller one of its partition never replaces it');
        EXECUTE format('COMMENT ON COLUMN staging.%I.changed_at IS %L', name, 'When the change was committed at the source');
        IF name LIKE '%\_change' THEN
            EXECUTE format('CREATE UNIQUE INDEX IF NOT EXISTS %I ON staging.%I (id, kafka_partition, kafka_offset)', name || '_place', name);
            EXECUTE format('DROP INDEX IF EXISTS staging.%I', name || '_position'); -- of before topics could grow
            EXECUTE format('COMMENT ON TABLE staging.%I IS %L', name, 'Every change of a ' || split_part(name, '_', 1) || ', a row each: key (id, kafka_partition, kafka_offset)');
            EXECUTE format('COMMENT ON COLUMN staging.%I.op IS %L', name, 'What it was: c(reate), r(ead by a snapshot), u(pdate), d(elete)');
        ELSE
            EXECUTE format('ALTER TABLE staging.%I ADD COLUMN IF NOT EXISTS is_deleted boolean NOT NULL', name);
            EXECUTE format('COMMENT ON COLUMN staging.%I.is_deleted IS %L', name, 'Whether the source has it no more');
            EXECUTE format('COMMENT ON TABLE staging.%I IS %L', name, 'The newest state of each row of the topic ' || name || ', also of those that are gone: key id');
        END IF;
    END LOOP;
END $$;

CREATE TABLE IF NOT EXISTS staging.reset (
    topic           text NOT NULL,
    kafka_partition integer NOT NULL,
    kafka_offset    bigint NOT NULL,
    changed_at      timestamptz NOT NULL,
    PRIMARY KEY (topic, kafka_partition, kafka_offset)
);
COMMENT ON TABLE staging.reset IS 'A new snapshot began here: rows of records before it are gone, unless they are read again';
COMMENT ON COLUMN staging.reset.topic IS 'The topic';
COMMENT ON COLUMN staging.reset.kafka_partition IS 'The partition that it is for';
COMMENT ON COLUMN staging.reset.kafka_offset IS 'Its offset';
COMMENT ON COLUMN staging.reset.changed_at IS 'When it was written';

CREATE TABLE IF NOT EXISTS staging.unreadable (
    topic           text NOT NULL,
    kafka_partition integer NOT NULL,
    kafka_offset    bigint NOT NULL,
    PRIMARY KEY (topic, kafka_partition, kafka_offset)
);
COMMENT ON TABLE staging.unreadable IS 'Records that are no change event of their topic and were skipped';
COMMENT ON COLUMN staging.unreadable.topic IS 'The topic';
COMMENT ON COLUMN staging.unreadable.kafka_partition IS 'The partition';
COMMENT ON COLUMN staging.unreadable.kafka_offset IS 'The offset, to look at it there';

CREATE TABLE IF NOT EXISTS staging.position (
    topic           text NOT NULL,
    kafka_partition integer NOT NULL,
    kafka_offset    bigint NOT NULL,
    PRIMARY KEY (topic, kafka_partition)
);
COMMENT ON TABLE staging.position IS 'How far each partition is loaded, written in the same transaction as its rows';
COMMENT ON COLUMN staging.position.topic IS 'The topic';
COMMENT ON COLUMN staging.position.kafka_partition IS 'The partition. Below zero: of an earlier Kafka';
COMMENT ON COLUMN staging.position.kafka_offset IS 'All records up to and including this offset are loaded';

CREATE TABLE IF NOT EXISTS staging.kafka (
    generation integer PRIMARY KEY,
    cluster    text NOT NULL,
    since      timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE staging.kafka IS 'The Kafka clusters that the warehouse was loaded from, one after the other: the last is the present one';
COMMENT ON COLUMN staging.kafka.generation IS 'How many came before it';
COMMENT ON COLUMN staging.kafka.cluster IS 'Its id';
COMMENT ON COLUMN staging.kafka.since IS 'When it was first read';

CREATE TABLE IF NOT EXISTS staging.loaded_batch (
    query      text NOT NULL,
    checkpoint text NOT NULL,
    batch_id   bigint NOT NULL,
    records    bigint NOT NULL,
    loaded_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (query, checkpoint)
);
COMMENT ON TABLE staging.loaded_batch IS 'The last batch that is in the tables, written in the same transaction as its rows';
COMMENT ON COLUMN staging.loaded_batch.query IS 'Name of the query';
COMMENT ON COLUMN staging.loaded_batch.checkpoint IS 'Id of the query''s checkpoint: a new one counts its batches from 0 again';
COMMENT ON COLUMN staging.loaded_batch.batch_id IS 'Number of the batch; this one and those before it are loaded';
COMMENT ON COLUMN staging.loaded_batch.records IS 'Records that were copied for it';
COMMENT ON COLUMN staging.loaded_batch.loaded_at IS 'When';
