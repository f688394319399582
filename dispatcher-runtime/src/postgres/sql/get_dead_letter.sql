SELECT dead_letter_id, consumer, subscription, event_id, event_type, schema_version, subject, position,
       envelope, reason, error, attempts, failures::text AS failures, created_at,
       resolved_at, resolved_by, resolution_note
  FROM {family}dispatcher_dead_letter
 WHERE dead_letter_id = $1
