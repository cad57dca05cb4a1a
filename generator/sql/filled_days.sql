SELECT day::date FROM unnest(%(days)s::date[]) AS day
WHERE EXISTS (
    SELECT FROM transaction
    WHERE created_at >= day::timestamp AT TIME ZONE 'UTC'
      AND created_at < (day::timestamp + interval '1 day') AT TIME ZONE 'UTC'
);
