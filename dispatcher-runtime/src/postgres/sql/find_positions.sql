-- Where these events are in this log, if they are there.
SELECT event_id, position
  FROM {family}dispatcher_event
 WHERE event_id = ANY ($1::text[])
