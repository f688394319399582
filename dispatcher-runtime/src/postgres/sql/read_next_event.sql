-- The next event, of any type.
SELECT position, inserted_at
  FROM {family}dispatcher_event
 WHERE position > $1
 ORDER BY position
 LIMIT 1
