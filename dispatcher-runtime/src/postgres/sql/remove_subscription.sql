-- Removes a subscription that no consumer runs any more, and its state. Its dead letters stay.
WITH retries AS (DELETE FROM {family}dispatcher_retry WHERE consumer = $1 AND subscription = $2),
     replicas AS (DELETE FROM {family}dispatcher_replica WHERE consumer = $1 AND subscription = $2),
     handled AS (DELETE FROM {family}dispatcher_dedup WHERE consumer = $1 AND subscription = $2),
     reader AS (DELETE FROM {family}dispatcher_reader WHERE consumer = $1 AND subscription = $2 RETURNING 1),
     cursors AS (DELETE FROM {family}dispatcher_cursor WHERE consumer = $1 AND subscription = $2 RETURNING 1)
SELECT (SELECT count(*) FROM cursors) + (SELECT count(*) FROM reader) AS removed
