-- After a crash of the server a number may not have been given at all.
SELECT CASE WHEN %(number)s < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
            THEN pg_xact_status(%(number)s::text::xid8) END;
