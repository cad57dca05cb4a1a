SELECT table_name AS table, rows, newest FROM report.freshness ORDER BY table_name;
