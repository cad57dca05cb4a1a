-- One role a job. Roles belong to the server, not to a database; CREATE ROLE knows no IF NOT EXISTS.

DO $$ BEGIN CREATE ROLE instashop_generator; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE instashop_cdc; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

ALTER ROLE instashop_generator LOGIN;
ALTER ROLE instashop_cdc LOGIN REPLICATION;

-- Heartbeats, and the markers of a comparison, need not wait for a synchronous standby: one that is away would hold up
-- the connector, which does not wait for it either.
ALTER ROLE instashop_cdc SET synchronous_commit = local;
