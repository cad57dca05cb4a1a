-- What a connector's slot is doing, and how much WAL the server keeps for it.
SELECT active,
       wal_status IS NOT DISTINCT FROM 'lost',
       coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint
FROM pg_replication_slots
WHERE slot_name = %(slot)s;
