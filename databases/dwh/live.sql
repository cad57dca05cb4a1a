-- The rows that the warehouse takes to exist, under the names of the shop's tables: what SQL says of the shop, asked of
-- the warehouse (`reconcile`).

CREATE SCHEMA IF NOT EXISTS live;
COMMENT ON SCHEMA live IS 'The rows of staging that are not deleted, named as the shop''s tables';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['customer', 'product', 'transaction', 'transactiondetail', 'interaction', 'stock',
                                'carrier', 'shipment'] LOOP
        EXECUTE format('DROP VIEW IF EXISTS live.%I', name);  -- to replace it, its columns would have to stay as they were
        EXECUTE format('CREATE VIEW live.%1$I AS SELECT * FROM staging.%1$I WHERE NOT is_deleted', name);
        EXECUTE format('COMMENT ON VIEW live.%I IS %L', name, 'The rows of the shop''s table, as far as they are loaded');
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA live TO instashop_warehouse;
GRANT SELECT ON ALL TABLES IN SCHEMA live TO instashop_warehouse;
