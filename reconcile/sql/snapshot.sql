-- What this transaction sees, when it began, and whether commits wait for a synchronous standby.
SELECT pg_current_snapshot()::text, now(), current_setting('synchronous_standby_names') <> '';
