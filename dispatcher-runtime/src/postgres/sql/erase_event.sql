-- Replaces the payload of an event, unless that was done before.
WITH erased AS (
    UPDATE {family}dispatcher_event
       SET payload = 'null'::json, erased_at = clock_timestamp()
     WHERE event_id = $1 AND erased_at IS NULL
    RETURNING position
)
SELECT (SELECT count(*) FROM erased) AS erased,
       (SELECT count(*) FROM {family}dispatcher_event WHERE event_id = $1 AND erased_at IS NOT NULL) AS erased_before
