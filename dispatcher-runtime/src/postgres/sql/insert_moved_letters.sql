-- Open dead letters of another database, at the positions of their events in this log. One that was moved away from here
-- before is open again.
--   $1  rows as JSON   $2, $3  ids of letters, and positions
INSERT INTO {family}dispatcher_dead_letter AS stored
       (dead_letter_id, consumer, subscription, position, event_id, event_type, schema_version, tenant_id, subject, envelope,
        reason, error, attempts, failures, created_at, erased_at, fingerprint)
SELECT letter.dead_letter_id, letter.consumer, letter.subscription, here.position, letter.event_id, letter.event_type,
       letter.schema_version, letter.tenant_id, letter.subject, letter.envelope, letter.reason, letter.error,
       letter.attempts, letter.failures, letter.created_at, letter.erased_at, letter.fingerprint
  FROM pg_catalog.json_populate_recordset(NULL::{family}dispatcher_dead_letter, $1::text::json) AS letter
  JOIN ROWS FROM (pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::bigint[])) AS here (dead_letter_id, position)
    ON here.dead_letter_id = letter.dead_letter_id
    ON CONFLICT (dead_letter_id)
    DO UPDATE SET position = excluded.position, envelope = excluded.envelope, reason = excluded.reason,
                  error = excluded.error, attempts = excluded.attempts, failures = excluded.failures,
                  erased_at = excluded.erased_at, fingerprint = excluded.fingerprint, resolved_at = NULL,
                  resolved_by = NULL, claimed_by = NULL, resolution_note = NULL, redrive_id = NULL
