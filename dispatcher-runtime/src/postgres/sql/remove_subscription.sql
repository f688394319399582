-- Removes a subscription that no consumer runs any more, and its state. Its dead letters stay; those that are
-- redriven are left out of their redrives, and are open.
--   replicas  how many run it; if any, nothing is removed
WITH live AS MATERIALIZED (
    SELECT count(*) AS replicas
      FROM {family}dispatcher_replica
     WHERE consumer = $1 AND subscription = $2 AND expires_at > clock_timestamp()
),
     open AS MATERIALIZED (
    SELECT redrive_id, dead_letter_id, true AS was_queued
      FROM {family}dispatcher_redrive_item
     WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0 AND outcome = 'queued'
     UNION ALL
    SELECT redrive_id, dead_letter_id, false
      FROM {family}dispatcher_redrive_item
     WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0 AND outcome = 'waiting'
), {left_out},
     known AS (DELETE FROM {family}dispatcher_subscription WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0),
     samples AS (DELETE FROM {family}dispatcher_sample WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0),
     retries AS (DELETE FROM {family}dispatcher_retry WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0),
     replicas AS (DELETE FROM {family}dispatcher_replica WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0),
     handled AS (DELETE FROM {family}dispatcher_dedup WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0),
     reader AS (DELETE FROM {family}dispatcher_reader WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0 RETURNING 1),
     cursors AS (DELETE FROM {family}dispatcher_cursor WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0 RETURNING 1)
SELECT (SELECT count(*) FROM cursors) + (SELECT count(*) FROM reader) AS removed,
       (SELECT replicas FROM live) AS replicas
