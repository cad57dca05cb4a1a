-- The first and the last day of which the warehouse knows orders; both null where it knows none.
SELECT min(day) AS first, max(day) AS last FROM report.day;
