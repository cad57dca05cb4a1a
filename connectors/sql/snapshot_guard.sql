-- Each snapshot selects its rows through this (`snapshot.select.statement.overrides`).
--
-- A snapshot is exact where its transaction sees what was committed when the slot began, neither more nor less: so
-- Debezium reads it as repeatable read, from the snapshot that PostgreSQL exports as it makes the slot. But where
-- it finds a slot already, as after a crash in the middle of a snapshot, Debezium reads each table as it is by then
-- (read committed) and then streams what was committed meanwhile once more: those rows would count twice. Refuse
-- that; `python -m connectors` then drops the slot and begins anew.
--
-- The code is of class 28 (invalid authorization) since Debezium retries every other SQL error for ever, unseen.
CREATE OR REPLACE FUNCTION public.snapshot_is_exact() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF current_setting('transaction_isolation') = 'read committed' THEN
        RAISE EXCEPTION 'the snapshot was interrupted and has to begin anew, with a new slot: run python -m connectors'
            USING ERRCODE = '28000';
    END IF;
    RETURN true;
END $$;
