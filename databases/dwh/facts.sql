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
