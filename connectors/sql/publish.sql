-- Publish exactly these tables.
DO $$ BEGIN CREATE PUBLICATION {publication}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER PUBLICATION {publication} SET TABLE {tables};
