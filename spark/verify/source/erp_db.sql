SELECT 'stock_equals_source', ARRAY['units', warehouse], sum(quantity)::numeric FROM stock GROUP BY warehouse
UNION ALL SELECT 'stock_equals_source', ARRAY['value', warehouse], sum(quantity * unit_cost) FROM stock GROUP BY warehouse
UNION ALL SELECT 'freshness', ARRAY['stock'], extract(epoch FROM max(updated_at)) FROM stock
