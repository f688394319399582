-- The ids of the next events, of any type.
SELECT position, event_id
  FROM {family}dispatcher_event
 WHERE position > $1 AND position <= $2
 ORDER BY position
 LIMIT $3
