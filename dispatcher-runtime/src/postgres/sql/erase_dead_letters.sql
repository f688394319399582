-- Replaces the envelope and the errors of the dead letters of an event ($1) or of the events of a subject ($2). The new
-- envelope is made of the columns alone: of an envelope that another program has written nothing is known to be safe.
WITH erased AS (
    UPDATE {family}dispatcher_dead_letter
       SET envelope = pg_catalog.json_build_object(
               'event_id', event_id, 'event_type', event_type, 'schema_version', schema_version,
               'subject', subject, 'payload', NULL::text, 'erased_at', clock_timestamp())::text,
           error = '[erased]', failures = '[]'::json, erased_at = clock_timestamp()
     WHERE (event_id = $1::text OR subject = $2::text) AND erased_at IS NULL
    RETURNING dead_letter_id
)
SELECT (SELECT count(*) FROM erased) AS erased,
       (SELECT count(*) FROM {family}dispatcher_dead_letter
         WHERE (event_id = $1::text OR subject = $2::text) AND erased_at IS NOT NULL) AS erased_before
