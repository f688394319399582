-- These events are to be handled again.
DELETE FROM {family}dispatcher_dedup
 WHERE consumer = $1 AND subscription = $2 AND event_id = ANY ($3)
