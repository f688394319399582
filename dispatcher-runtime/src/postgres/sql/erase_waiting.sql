-- Removes the errors of earlier attempts, which may quote the payload, of an event ($1) or of the events of a subject
-- ($2) that wait.
WITH erased AS (
    UPDATE {family}dispatcher_retry
       SET failures = '[]'::json
     WHERE (event_id = $1::text OR subject = $2::text) AND failures::text <> '[]'
    RETURNING position
)
SELECT (SELECT count(*) FROM erased) AS erased,
       (SELECT count(*) FROM {family}dispatcher_retry
         WHERE (event_id = $1::text OR subject = $2::text) AND failures::text = '[]') AS erased_before
