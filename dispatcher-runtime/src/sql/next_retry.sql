-- When the next attempt is due.
SELECT min(due_at) AS due_at
  FROM {family}dispatcher_retry
 WHERE consumer = $1 AND subscription = $2 AND due_at IS NOT NULL
