-- What the documents should say of the database `crm_db`. Reads its table once.
WITH visit AS (
    SELECT GROUPING(type) = 0 AS by_type, type, count(*) AS interactions
    FROM interaction GROUP BY GROUPING SETS ((), type)
)
SELECT ARRAY['interactions', 'count'] AS path, interactions::numeric AS value FROM visit WHERE NOT by_type
UNION ALL SELECT ARRAY['interactions', 'by_type', type], interactions FROM visit WHERE by_type
