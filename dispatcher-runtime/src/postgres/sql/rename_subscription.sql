-- Gives a subscription another consumer or name, with all that is known of it.
--   replicas  how many run it under its old name
--   taken     whether there is one of the new name
-- If either is so, nothing is renamed.
WITH live AS MATERIALIZED (
    SELECT (SELECT count(*)
              FROM {family}dispatcher_replica
             WHERE consumer = $1 AND subscription = $2 AND expires_at > clock_timestamp()) AS replicas,
           EXISTS (SELECT FROM {family}dispatcher_cursor WHERE consumer = $3 AND subscription = $4) AS taken
), may AS MATERIALIZED (
    SELECT FROM live WHERE replicas = 0 AND NOT taken
), known AS (
    UPDATE {family}dispatcher_subscription SET consumer = $3, subscription = $4
     WHERE consumer = $1 AND subscription = $2 AND EXISTS (SELECT FROM may)
), samples AS (
    UPDATE {family}dispatcher_sample SET consumer = $3, subscription = $4
     WHERE consumer = $1 AND subscription = $2 AND EXISTS (SELECT FROM may)
), retries AS (
    UPDATE {family}dispatcher_retry SET consumer = $3, subscription = $4
     WHERE consumer = $1 AND subscription = $2 AND EXISTS (SELECT FROM may)
), handled AS (
    UPDATE {family}dispatcher_dedup SET consumer = $3, subscription = $4
     WHERE consumer = $1 AND subscription = $2 AND EXISTS (SELECT FROM may)
), letters AS (
    UPDATE {family}dispatcher_dead_letter SET consumer = $3, subscription = $4
     WHERE consumer = $1 AND subscription = $2 AND EXISTS (SELECT FROM may)
), items AS (
    UPDATE {family}dispatcher_redrive_item SET consumer = $3, subscription = $4
     WHERE consumer = $1 AND subscription = $2 AND EXISTS (SELECT FROM may)
), replicas AS (
    DELETE FROM {family}dispatcher_replica
     WHERE consumer = $1 AND subscription = $2 AND EXISTS (SELECT FROM may)
), cursors AS (
    -- Under new fences: a replica that was cut off finds nothing of its own.
    UPDATE {family}dispatcher_cursor
       SET consumer = $3, subscription = $4, fence = pg_catalog.nextval('{family}dispatcher_fence'), holder = NULL
     WHERE consumer = $1 AND subscription = $2 AND EXISTS (SELECT FROM may)
    RETURNING 1
)
SELECT (SELECT count(*) FROM cursors) AS renamed, replicas, taken FROM live
