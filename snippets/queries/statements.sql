-- --8<-- [start:statements]
-- The queries of this database that took most time in total since the last reset.
SELECT round(total_exec_time) AS total_ms,
       calls,
       round(mean_exec_time::numeric, 2) AS mean_ms,
       round(rows::numeric / calls, 1) AS rows_each,
       left(query, 100) AS query
FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY total_exec_time DESC
LIMIT 10;
-- --8<-- [end:statements]
