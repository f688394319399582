-- The last event up to a position, of any type.
SELECT position, event_id, inserted_at
  FROM {family}dispatcher_event
 WHERE position <= $1
 ORDER BY position DESC
 LIMIT 1
