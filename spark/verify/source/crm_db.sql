SELECT 'interactions_equal_source', ARRAY[type], count(*)::numeric FROM interaction GROUP BY type
UNION ALL SELECT 'freshness', ARRAY['interaction'], extract(epoch FROM max(created_at)) FROM interaction
