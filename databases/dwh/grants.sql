-- What each job may do in the warehouse: one loads it, the other reads it. No one else gets in.

REVOKE ALL ON DATABASE {database} FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;  -- PostgreSQL 14 still grants it
GRANT CONNECT, TEMPORARY ON DATABASE {database} TO instashop_warehouse;  -- a batch is copied into temporary tables
GRANT CONNECT ON DATABASE {database} TO instashop_dashboard;

GRANT USAGE ON SCHEMA staging, public, report TO instashop_warehouse;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA staging, public TO instashop_warehouse;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO instashop_warehouse;
GRANT SELECT ON ALL TABLES IN SCHEMA report TO instashop_warehouse;

-- The views read with their owner's rights. The tables behind them, with every customer's name, are not for the page.
REVOKE ALL ON ALL TABLES IN SCHEMA staging, public FROM instashop_dashboard;
GRANT USAGE ON SCHEMA report TO instashop_dashboard;
GRANT SELECT ON ALL TABLES IN SCHEMA report TO instashop_dashboard;
