-- --8<-- [start:connections]
-- How many connections there may be and are, and what those do at this moment.
SELECT current_setting('max_connections')::int AS allowed,
       count(*) AS open,
       count(*) FILTER (WHERE state = 'active') AS active,
       count(*) FILTER (WHERE wait_event_type = 'Lock') AS wait_for_a_lock,
       count(*) FILTER (WHERE state = 'idle in transaction') AS idle_in_transaction
FROM pg_stat_activity
WHERE backend_type = 'client backend';
-- --8<-- [end:connections]
