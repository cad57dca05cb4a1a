-- What change data capture needs of each table.

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
        EXECUTE format('ALTER TABLE %I REPLICA IDENTITY FULL', name);
        EXECUTE format('CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON %I EXECUTE FUNCTION refuse_truncate()', name);
        IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = name::regclass AND attname = 'updated_at') THEN
            EXECUTE format('CREATE OR REPLACE TRIGGER touch BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION touch()', name);
        END IF;
    END LOOP;
END $$;
