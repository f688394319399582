-- Deletes the dedup rows of these events, so that they are handled again.
DELETE FROM {family}dispatcher_dedup
 WHERE consumer = $1 AND subscription = $2 AND event_id = ANY ($3)
