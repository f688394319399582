-- The newest unresolved dead letters. Each case has a statement of its own, and so a plan of its
-- own that is good for any parameters. The parameters are in subqueries; see read_events.sql.
SELECT dead_letter_id, consumer, subscription, event_id, event_type, schema_version, subject, position,
       envelope, reason, error, attempts, failures::text AS failures, created_at,
       resolved_at, resolved_by, resolution_note
  FROM (SELECT *
          FROM {family}dispatcher_dead_letter
         WHERE resolved_at IS NULL
         ORDER BY created_at DESC, dead_letter_id DESC
         LIMIT 1000) AS newest
 ORDER BY created_at DESC, dead_letter_id DESC
 LIMIT (SELECT $1::bigint)
