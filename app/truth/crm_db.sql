-- What the documents should say of the database `crm_db`.
SELECT ARRAY['interactions', 'count'] AS path, count(*)::numeric AS value FROM interaction
UNION ALL SELECT ARRAY['interactions', 'by_type', type], count(*) FROM interaction GROUP BY type
