-- The tables of a publication.
SELECT format('%%s.%%s', schemaname, tablename)
FROM pg_publication_tables
WHERE pubname = %(publication)s;
