-- The schema of version 0.1.0, whose databases have no record of migrations: they get it again, and it changes nothing.

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

-- What facts are looked at by. Key 0 stands for what the facts name and no topic has told of yet.

CREATE TABLE IF NOT EXISTS dim_date (
    date_key    date PRIMARY KEY,
    year        integer NOT NULL,
    quarter     integer NOT NULL,
    month       date NOT NULL,
    week        date NOT NULL,
    weekday     integer NOT NULL,
    day_name    text NOT NULL,
    is_weekend  boolean NOT NULL
);
COMMENT ON TABLE dim_date IS 'A day in UTC. Without gaps from the first day of a fact to the last, and to the day of the load';
COMMENT ON COLUMN dim_date.date_key IS 'Key: the day';
COMMENT ON COLUMN dim_date.year IS 'Its year';
COMMENT ON COLUMN dim_date.quarter IS 'Quarter of the year, 1 to 4';
COMMENT ON COLUMN dim_date.month IS 'First day of its month';
COMMENT ON COLUMN dim_date.week IS 'Monday of its week (ISO 8601)';
COMMENT ON COLUMN dim_date.weekday IS '1 (Monday) to 7 (Sunday)';
COMMENT ON COLUMN dim_date.day_name IS 'Name of the weekday';
COMMENT ON COLUMN dim_date.is_weekend IS 'Saturday or Sunday';

CREATE TABLE IF NOT EXISTS dim_customer (
    customer_key bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    customer_id  bigint NOT NULL,
    name         text NOT NULL,
    country      text NOT NULL,
    segment      text NOT NULL,
    created_at   timestamptz NOT NULL,
    valid_from   timestamptz NOT NULL,
    valid_to     timestamptz NOT NULL,
    is_current   boolean NOT NULL,
    is_deleted   boolean NOT NULL,
    UNIQUE (customer_id, valid_from),
    CHECK (valid_from < valid_to)
);
COMMENT ON TABLE dim_customer IS 'A customer as it was for a while (type 2): one row a version. The versions of a customer cover all time and never overlap';
COMMENT ON COLUMN dim_customer.customer_key IS 'Surrogate key of the version; 0: not known yet';
COMMENT ON COLUMN dim_customer.customer_id IS 'Id in the shop, the same for all versions';
COMMENT ON COLUMN dim_customer.name IS 'Name';
COMMENT ON COLUMN dim_customer.country IS 'ISO 3166-1 alpha-2';
COMMENT ON COLUMN dim_customer.segment IS 'Segment of customers that it belongs to';
COMMENT ON COLUMN dim_customer.created_at IS 'When the customer came to the shop';
COMMENT ON COLUMN dim_customer.valid_from IS 'When the change to this version was committed; -infinity: the first that is known';
COMMENT ON COLUMN dim_customer.valid_to IS 'When the next version began (which this one no longer holds at); infinity: the last';
COMMENT ON COLUMN dim_customer.is_current IS 'Whether it is the last version';
COMMENT ON COLUMN dim_customer.is_deleted IS 'Whether the shop had this customer no more in that time';
CREATE UNIQUE INDEX IF NOT EXISTS dim_customer_current ON dim_customer (customer_id) WHERE is_current;

CREATE TABLE IF NOT EXISTS dim_product (
    product_key bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    product_id  bigint NOT NULL,
    name        text NOT NULL,
    category    text NOT NULL,
    brand       text NOT NULL,
    price       numeric(12, 2) NOT NULL,
    cost        numeric(12, 2) NOT NULL,
    created_at  timestamptz NOT NULL,
    valid_from  timestamptz NOT NULL,
    valid_to    timestamptz NOT NULL,
    is_current  boolean NOT NULL,
    is_deleted  boolean NOT NULL,
    UNIQUE (product_id, valid_from),
    CHECK (valid_from < valid_to)
);
COMMENT ON TABLE dim_product IS 'A product as it was for a while (type 2): one row a version. The versions of a product cover all time and never overlap';
COMMENT ON COLUMN dim_product.product_key IS 'Surrogate key of the version; 0: not known yet';
COMMENT ON COLUMN dim_product.product_id IS 'Id in the shop, the same for all versions';
COMMENT ON COLUMN dim_product.name IS 'Name';
COMMENT ON COLUMN dim_product.category IS 'Category';
COMMENT ON COLUMN dim_product.brand IS 'Brand';
COMMENT ON COLUMN dim_product.price IS 'List price of one unit, EUR';
COMMENT ON COLUMN dim_product.cost IS 'What one unit costs the shop, EUR';
COMMENT ON COLUMN dim_product.created_at IS 'When the product came into the shop';
COMMENT ON COLUMN dim_product.valid_from IS 'When the change to this version was committed; -infinity: the first that is known';
COMMENT ON COLUMN dim_product.valid_to IS 'When the next version began (which this one no longer holds at); infinity: the last';
COMMENT ON COLUMN dim_product.is_current IS 'Whether it is the last version';
COMMENT ON COLUMN dim_product.is_deleted IS 'Whether the shop had this product no more in that time';
CREATE UNIQUE INDEX IF NOT EXISTS dim_product_current ON dim_product (product_id) WHERE is_current;

CREATE TABLE IF NOT EXISTS dim_carrier (
    carrier_key bigint PRIMARY KEY,
    name        text NOT NULL,
    country     text NOT NULL,
    created_at  timestamptz NOT NULL,
    is_deleted  boolean NOT NULL
);
COMMENT ON TABLE dim_carrier IS 'A carrier as it is now (type 1)';
COMMENT ON COLUMN dim_carrier.carrier_key IS 'Key: the id in the shop; 0: not known yet';
COMMENT ON COLUMN dim_carrier.name IS 'Name';
COMMENT ON COLUMN dim_carrier.country IS 'ISO 3166-1 alpha-2';
COMMENT ON COLUMN dim_carrier.created_at IS 'When the shop took it on';
COMMENT ON COLUMN dim_carrier.is_deleted IS 'Whether the shop has it no more';

INSERT INTO dim_customer VALUES (0, 0, 'unknown', 'unknown', 'unknown', 'epoch', '-infinity', 'infinity', true, false)
    ON CONFLICT DO NOTHING;
INSERT INTO dim_product VALUES (0, 0, 'unknown', 'unknown', 'unknown', 0, 0, 'epoch', '-infinity', 'infinity', true, false)
    ON CONFLICT DO NOTHING;
INSERT INTO dim_carrier VALUES (0, 'unknown', 'unknown', 'epoch', false)
    ON CONFLICT DO NOTHING;

-- What happened, and what there is. Facts are made from `staging` and the dimensions, and hold nothing of their own.
--
-- The foreign keys are checked when a batch is committed: in it, a version may give way to another before the facts
-- that it was right for are moved. An index on each key and the fact's time finds these, and no others.

CREATE TABLE IF NOT EXISTS fact_sales (
    line_id        bigint PRIMARY KEY,
    order_id       bigint NOT NULL,
    date_key       date NOT NULL REFERENCES dim_date DEFERRABLE INITIALLY DEFERRED,
    customer_key   bigint NOT NULL REFERENCES dim_customer DEFERRABLE INITIALLY DEFERRED,
    product_key    bigint NOT NULL REFERENCES dim_product DEFERRABLE INITIALLY DEFERRED,
    customer_id    bigint NOT NULL,
    product_id     bigint NOT NULL,
    sold_at        timestamptz NOT NULL,
    status         text NOT NULL,
    payment_method text NOT NULL,
    channel        text NOT NULL,
    country        text NOT NULL,
    currency       text NOT NULL,
    quantity       integer NOT NULL,
    unit_price     numeric(12, 2) NOT NULL,
    unit_cost      numeric(12, 2) NOT NULL,
    revenue        numeric(24, 2) NOT NULL GENERATED ALWAYS AS (quantity * unit_price) STORED,
    cost           numeric(24, 2) NOT NULL GENERATED ALWAYS AS (quantity * unit_cost) STORED,
    margin         numeric(24, 2) NOT NULL GENERATED ALWAYS AS (quantity * (unit_price - unit_cost)) STORED,
    is_revenue     boolean NOT NULL,
    is_deleted     boolean NOT NULL
);
COMMENT ON TABLE fact_sales IS 'Grain: an order line whose order is known. Money in the order''s currency. What was earned: WHERE is_revenue AND NOT is_deleted';
COMMENT ON COLUMN fact_sales.line_id IS 'Key: id of the order line (transactiondetail)';
COMMENT ON COLUMN fact_sales.order_id IS 'Id of its order (transaction)';
COMMENT ON COLUMN fact_sales.date_key IS 'Day in UTC on which the order was placed';
COMMENT ON COLUMN fact_sales.customer_key IS 'The customer as it was when the order was placed';
COMMENT ON COLUMN fact_sales.product_key IS 'The product as it was when the order was placed';
COMMENT ON COLUMN fact_sales.customer_id IS 'Id of the customer in the shop';
COMMENT ON COLUMN fact_sales.product_id IS 'Id of the product in the shop';
COMMENT ON COLUMN fact_sales.sold_at IS 'When the order was placed';
COMMENT ON COLUMN fact_sales.status IS 'The order''s status now';
COMMENT ON COLUMN fact_sales.payment_method IS 'How the order is paid';
COMMENT ON COLUMN fact_sales.channel IS 'Where it was placed';
COMMENT ON COLUMN fact_sales.country IS 'Where it goes: ISO 3166-1 alpha-2';
COMMENT ON COLUMN fact_sales.currency IS 'ISO 4217';
COMMENT ON COLUMN fact_sales.quantity IS 'Units sold';
COMMENT ON COLUMN fact_sales.unit_price IS 'Price of one unit in this order';
COMMENT ON COLUMN fact_sales.unit_cost IS 'What one unit cost the shop when the order was placed; 0 as long as the product is not known';
COMMENT ON COLUMN fact_sales.revenue IS 'quantity × unit_price';
COMMENT ON COLUMN fact_sales.cost IS 'quantity × unit_cost';
COMMENT ON COLUMN fact_sales.margin IS 'revenue − cost';
COMMENT ON COLUMN fact_sales.is_revenue IS 'Whether the order''s status counts as revenue (cdc/revenue.py)';
COMMENT ON COLUMN fact_sales.is_deleted IS 'Whether the line or its order is gone from the shop';
CREATE INDEX IF NOT EXISTS fact_sales_earned ON fact_sales (date_key) WHERE is_revenue AND NOT is_deleted;
CREATE INDEX IF NOT EXISTS fact_sales_order ON fact_sales (order_id);
CREATE INDEX IF NOT EXISTS fact_sales_customer ON fact_sales (customer_key, sold_at);
CREATE INDEX IF NOT EXISTS fact_sales_product ON fact_sales (product_key, sold_at);

CREATE TABLE IF NOT EXISTS fact_interaction (
    interaction_id bigint PRIMARY KEY,
    date_key       date NOT NULL REFERENCES dim_date DEFERRABLE INITIALLY DEFERRED,
    customer_key   bigint NOT NULL REFERENCES dim_customer DEFERRABLE INITIALLY DEFERRED,
    product_key    bigint REFERENCES dim_product DEFERRABLE INITIALLY DEFERRED,
    customer_id    bigint NOT NULL,
    product_id     bigint,
    session_id     text NOT NULL,
    type           text NOT NULL,
    happened_at    timestamptz NOT NULL,
    is_deleted     boolean NOT NULL
);
COMMENT ON TABLE fact_interaction IS 'Grain: one thing that a visitor did';
COMMENT ON COLUMN fact_interaction.interaction_id IS 'Key: id of the interaction';
COMMENT ON COLUMN fact_interaction.date_key IS 'Day in UTC on which it happened';
COMMENT ON COLUMN fact_interaction.customer_key IS 'The customer as it was then';
COMMENT ON COLUMN fact_interaction.product_key IS 'The product as it was then; null where there is none, as for a search';
COMMENT ON COLUMN fact_interaction.customer_id IS 'Id of the customer in the shop';
COMMENT ON COLUMN fact_interaction.product_id IS 'Id of the product in the shop; null where there is none';
COMMENT ON COLUMN fact_interaction.session_id IS 'The visit';
COMMENT ON COLUMN fact_interaction.type IS 'view, cart, purchase, search, wishlist or review';
COMMENT ON COLUMN fact_interaction.happened_at IS 'When';
COMMENT ON COLUMN fact_interaction.is_deleted IS 'Whether the shop has it no more';
CREATE INDEX IF NOT EXISTS fact_interaction_day ON fact_interaction (date_key);
CREATE INDEX IF NOT EXISTS fact_interaction_customer ON fact_interaction (customer_key, happened_at);
CREATE INDEX IF NOT EXISTS fact_interaction_product ON fact_interaction (product_key, happened_at);

CREATE TABLE IF NOT EXISTS fact_stock (
    stock_id      bigint PRIMARY KEY,
    date_key      date NOT NULL REFERENCES dim_date DEFERRABLE INITIALLY DEFERRED,
    product_key   bigint NOT NULL REFERENCES dim_product DEFERRABLE INITIALLY DEFERRED,
    product_id    bigint NOT NULL,
    warehouse     text NOT NULL,
    quantity      integer NOT NULL,
    reorder_level integer NOT NULL,
    unit_cost     numeric(12, 2) NOT NULL,
    value         numeric(24, 2) NOT NULL GENERATED ALWAYS AS (quantity * unit_cost) STORED,
    updated_at    timestamptz NOT NULL,
    is_deleted    boolean NOT NULL
);
COMMENT ON TABLE fact_stock IS 'Grain: what a warehouse holds of a product now';
COMMENT ON COLUMN fact_stock.stock_id IS 'Key: id of the stock row';
COMMENT ON COLUMN fact_stock.date_key IS 'Day in UTC of the last movement';
COMMENT ON COLUMN fact_stock.product_key IS 'The product as it was at the last movement';
COMMENT ON COLUMN fact_stock.product_id IS 'Id of the product in the shop';
COMMENT ON COLUMN fact_stock.warehouse IS 'Where it lies';
COMMENT ON COLUMN fact_stock.quantity IS 'Units that lie there';
COMMENT ON COLUMN fact_stock.reorder_level IS 'Units at which more is to be ordered';
COMMENT ON COLUMN fact_stock.unit_cost IS 'What one unit cost the shop, EUR';
COMMENT ON COLUMN fact_stock.value IS 'quantity × unit_cost, EUR';
COMMENT ON COLUMN fact_stock.updated_at IS 'When it was moved last';
COMMENT ON COLUMN fact_stock.is_deleted IS 'Whether the shop has this row no more';
CREATE INDEX IF NOT EXISTS fact_stock_product ON fact_stock (product_key, updated_at);
CREATE INDEX IF NOT EXISTS fact_stock_product_id ON fact_stock (product_id);  -- what a product costs, changes its stock

CREATE TABLE IF NOT EXISTS fact_shipment (
    shipment_id  bigint PRIMARY KEY,
    order_id     bigint NOT NULL,
    carrier_key  bigint NOT NULL REFERENCES dim_carrier DEFERRABLE INITIALLY DEFERRED,
    date_key     date NOT NULL REFERENCES dim_date DEFERRABLE INITIALLY DEFERRED,
    status       text NOT NULL,
    created_at   timestamptz NOT NULL,
    promised_at  timestamptz NOT NULL,
    delivered_at timestamptz,
    on_time      boolean GENERATED ALWAYS AS (delivered_at <= promised_at) STORED,
    is_deleted   boolean NOT NULL
);
COMMENT ON TABLE fact_shipment IS 'Grain: a shipment';
COMMENT ON COLUMN fact_shipment.shipment_id IS 'Key: id of the shipment';
COMMENT ON COLUMN fact_shipment.order_id IS 'Id of the order that is shipped';
COMMENT ON COLUMN fact_shipment.carrier_key IS 'Who carries it';
COMMENT ON COLUMN fact_shipment.date_key IS 'Day in UTC for which it was promised';
COMMENT ON COLUMN fact_shipment.status IS 'created, in_transit, delivered or returned';
COMMENT ON COLUMN fact_shipment.created_at IS 'When it was handed over';
COMMENT ON COLUMN fact_shipment.promised_at IS 'Until when it was promised';
COMMENT ON COLUMN fact_shipment.delivered_at IS 'When it came; null: not yet';
COMMENT ON COLUMN fact_shipment.on_time IS 'Whether it came by then; null: it has not come yet';
COMMENT ON COLUMN fact_shipment.is_deleted IS 'Whether the shop has it no more';
CREATE INDEX IF NOT EXISTS fact_shipment_day ON fact_shipment (date_key);
CREATE INDEX IF NOT EXISTS fact_shipment_carrier ON fact_shipment (carrier_key);
