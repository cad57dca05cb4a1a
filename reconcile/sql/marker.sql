-- Writes a marker that the connector captures, and returns the id of its transaction. It waits for this server's disk
-- alone: a synchronous standby that is away would hold it up, and the connector does not wait for one.
SET LOCAL synchronous_commit = local;

INSERT INTO public.heartbeat VALUES (2, now())
ON CONFLICT (id) DO UPDATE SET at = excluded.at
RETURNING pg_current_xact_id()::text;
