-- The open dead letters of a subscription, in the order of their events, and how many bytes each has.
SELECT dead_letter_id, event_id, pg_catalog.octet_length(envelope) + pg_catalog.octet_length(failures::text) AS bytes
  FROM {family}dispatcher_dead_letter
 WHERE consumer = $1 AND subscription = $2 AND resolved_at IS NULL
 ORDER BY position, dead_letter_id
