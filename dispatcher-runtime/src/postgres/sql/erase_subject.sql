-- Replaces the payloads of the events of a subject, unless that was done before. The log has no index on subjects, so
-- this reads all of it.
WITH erased AS (
    UPDATE {family}dispatcher_event
       SET payload = 'null'::json, erased_at = clock_timestamp()
     WHERE subject = $1 AND erased_at IS NULL
    RETURNING position
)
SELECT (SELECT count(*) FROM erased) AS erased,
       (SELECT count(*) FROM {family}dispatcher_event WHERE subject = $1 AND erased_at IS NOT NULL) AS erased_before
