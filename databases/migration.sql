-- The record of the migrations that a database has had. In a schema of its own: roles that may write all tables of
-- another schema get no right to this one.

CREATE SCHEMA IF NOT EXISTS migration;
COMMENT ON SCHEMA migration IS 'Which numbered changes of the tables this database has had';

CREATE TABLE IF NOT EXISTS migration.applied (
    number     integer PRIMARY KEY,
    name       text NOT NULL,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE migration.applied IS 'The files of databases/migrations that were applied to this database';
COMMENT ON COLUMN migration.applied.number IS 'The number that the file''s name begins with';
COMMENT ON COLUMN migration.applied.name IS 'The file''s name';
COMMENT ON COLUMN migration.applied.checksum IS 'SHA-256 of the file when it was applied, in hexadecimal';
COMMENT ON COLUMN migration.applied.applied_at IS 'When it was applied';

SELECT number, name, checksum FROM migration.applied ORDER BY number;
