-- A slot cannot be dropped while someone reads from it: cut the reader off, and drop the slot once it is free.
SELECT active,
       CASE WHEN active THEN pg_terminate_backend(active_pid)::text ELSE pg_drop_replication_slot(slot_name)::text END
FROM pg_replication_slots
WHERE slot_name = %(slot)s;
