-- What a connector's slot is doing, how much WAL the server keeps for it, and how much more it would keep.
SELECT active,
       wal_status IS NOT DISTINCT FROM 'lost',
       coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint,
       safe_wal_size
FROM pg_replication_slots
WHERE slot_name = %(slot)s;
