-- The newest dead letters of a consumer; see list_active_of.sql.
SELECT dead_letter_id, consumer, subscription, event_id, event_type, schema_version, subject, position,
       envelope, reason, error, attempts, failures::text AS failures, created_at,
       resolved_at, resolved_by, resolution_note
  FROM (SELECT *
          FROM {family}dispatcher_dead_letter
         WHERE consumer BETWEEN (SELECT $2::text) AND (SELECT $2::text)
         ORDER BY consumer, created_at DESC, dead_letter_id DESC
         LIMIT 1000) AS newest
 ORDER BY consumer, created_at DESC, dead_letter_id DESC
 LIMIT (SELECT $1::bigint)
