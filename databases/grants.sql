-- What each job may do in a database. TRUNCATE is nobody's: change data capture does not see it.

GRANT USAGE ON SCHEMA public TO instashop_generator, instashop_cdc;

GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO instashop_generator;
GRANT USAGE, SELECT, UPDATE ON SEQUENCE {sequences} TO instashop_generator;  -- UPDATE: to repair one that is behind

GRANT SELECT ON {tables} TO instashop_cdc;
GRANT SELECT, INSERT, UPDATE ON heartbeat TO instashop_cdc;

REVOKE TRUNCATE ON {tables} FROM PUBLIC, instashop_generator, instashop_cdc, CURRENT_USER;
