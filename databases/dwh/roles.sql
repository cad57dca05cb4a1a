-- One role a job. Roles belong to the server, not to a database; CREATE ROLE knows no IF NOT EXISTS.

DO $$ BEGIN CREATE ROLE instashop_warehouse; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE instashop_dashboard; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

ALTER ROLE instashop_warehouse LOGIN;
ALTER ROLE instashop_dashboard LOGIN;

-- A page must not be able to keep the server busy, nor change anything by mistake.
ALTER ROLE instashop_dashboard SET statement_timeout = '10s';
ALTER ROLE instashop_dashboard SET default_transaction_read_only = on;
