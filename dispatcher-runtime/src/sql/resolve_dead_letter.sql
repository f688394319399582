-- One-shot: of two operators, the second changes nothing.
UPDATE {family}dispatcher_dead_letter
   SET resolved_at = $2, resolved_by = $3, resolution_note = $4
 WHERE dead_letter_id = $1 AND resolved_at IS NULL
RETURNING dead_letter_id, consumer, subscription, event_id, event_type, schema_version, subject, position,
       envelope, reason, error, attempts, failures::text AS failures, created_at,
       resolved_at, resolved_by, resolution_note
