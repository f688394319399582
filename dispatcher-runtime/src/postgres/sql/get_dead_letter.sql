-- A dead letter, if it is of one of the tenants $2. NULL is every tenant.
SELECT dead_letter_id, consumer, subscription, event_id, event_type, schema_version, tenant_id, subject, position,
       envelope, reason, error, attempts, failures::text AS failures, created_at,
       resolved_at, resolved_by, claimed_by, resolution_note, redrive_id
  FROM {family}dispatcher_dead_letter
 WHERE dead_letter_id = $1 AND ($2::text[] IS NULL OR tenant_id = ANY ($2))
