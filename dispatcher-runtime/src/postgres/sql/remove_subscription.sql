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
), redrive AS MATERIALIZED (
    SELECT redrive_id
      FROM {family}dispatcher_redrive
     WHERE redrive_id IN (SELECT redrive_id FROM open)
     ORDER BY redrive_id
       FOR UPDATE
), items AS (
    UPDATE {family}dispatcher_redrive_item AS item
       SET outcome = 'left_out', settled_at = clock_timestamp()
      FROM open
      JOIN redrive ON redrive.redrive_id = open.redrive_id
     WHERE item.redrive_id = open.redrive_id AND item.dead_letter_id = open.dead_letter_id
       AND item.outcome IN ('queued', 'waiting')
    RETURNING item.redrive_id, item.dead_letter_id, open.was_queued
), letters AS (
    UPDATE {family}dispatcher_dead_letter AS letter
       SET redrive_id = NULL
      FROM items
     WHERE letter.dead_letter_id = items.dead_letter_id AND letter.redrive_id = items.redrive_id
       AND letter.resolved_at IS NULL
), counted AS (
    UPDATE {family}dispatcher_redrive AS redrive
       SET queued = redrive.queued - given.queued,
           waiting = redrive.waiting - given.waiting,
           left_out = redrive.left_out + given.queued + given.waiting,
           ended_at = CASE WHEN redrive.queued + redrive.waiting - given.queued - given.waiting = 0::bigint
                           THEN clock_timestamp() END
      FROM (SELECT redrive_id, count(*) FILTER (WHERE was_queued) AS queued, count(*) FILTER (WHERE NOT was_queued) AS waiting
              FROM items
             GROUP BY redrive_id) AS given
     WHERE redrive.redrive_id = given.redrive_id
),
     known AS (DELETE FROM {family}dispatcher_subscription WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0),
     samples AS (DELETE FROM {family}dispatcher_sample WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0),
     retries AS (DELETE FROM {family}dispatcher_retry WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0),
     replicas AS (DELETE FROM {family}dispatcher_replica WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0),
     handled AS (DELETE FROM {family}dispatcher_dedup WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0),
     reader AS (DELETE FROM {family}dispatcher_reader WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0 RETURNING 1),
     cursors AS (DELETE FROM {family}dispatcher_cursor WHERE consumer = $1 AND subscription = $2 AND (SELECT replicas FROM live) = 0 RETURNING 1)
SELECT (SELECT count(*) FROM cursors) + (SELECT count(*) FROM reader) AS removed,
       (SELECT replicas FROM live) AS replicas
