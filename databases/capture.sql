-- What change data capture needs of each table. Run each time: what is there already is not altered, since ALTER TABLE
-- and CREATE TRIGGER wait for whoever uses the table.

-- Whoever updates a row need not think of updated_at; who sets it (a row of the past) keeps what was set.
CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.updated_at = OLD.updated_at THEN
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;

-- REVOKE does not bind a superuser, and a TRUNCATE that is not seen would leave every total wrong.
CREATE OR REPLACE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'change data capture does not see TRUNCATE: use DELETE FROM %', TG_TABLE_NAME;
END $$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[{names}] LOOP
        -- Without it a change event lacks the old values, and nothing could be taken back from a total.
        IF EXISTS (SELECT FROM pg_class WHERE oid = name::regclass AND relreplident <> 'f') THEN
            EXECUTE format('ALTER TABLE %I REPLICA IDENTITY FULL', name);
        END IF;
        IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = name::regclass AND tgname = 'refuse_truncate') THEN
            EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %I EXECUTE FUNCTION refuse_truncate()', name);
        END IF;
        IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = name::regclass AND attname = 'updated_at')
            AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = name::regclass AND tgname = 'touch')
        THEN
            EXECUTE format('CREATE TRIGGER touch BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION touch()', name);
        END IF;
    END LOOP;
END $$;
