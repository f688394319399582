-- When the next attempt is due.
SELECT pg_catalog.min(due_at) AS due_at
  FROM {family}dispatcher_retry
 WHERE consumer = $1 AND subscription = $2 AND due_at IS NOT NULL
   AND ($3 = 1 OR {family}dispatcher_partition(subject, event_id, $3) = $4)
