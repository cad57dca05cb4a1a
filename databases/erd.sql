-- Tables of a schema with their columns: what a column refers to, whether it is a key, and what is said of it.
SELECT
    relation.relname,
    col.attname,
    type.typname,
    EXISTS (
        SELECT FROM pg_index WHERE indrelid = relation.oid AND indisprimary AND col.attnum = ANY (indkey)
    ),
    NOT col.attnotnull,
    (
        SELECT confrelid::regclass::text FROM pg_constraint
        WHERE conrelid = relation.oid AND contype = 'f' AND conkey = ARRAY[col.attnum]
    ),
    coalesce(col_description(relation.oid, col.attnum), '')
FROM pg_class AS relation
JOIN pg_attribute AS col ON col.attrelid = relation.oid AND col.attnum > 0 AND NOT col.attisdropped
JOIN pg_type AS type ON type.oid = col.atttypid
WHERE relation.relnamespace = 'public'::regnamespace AND relation.relkind = 'r'
ORDER BY relation.relname, col.attnum
