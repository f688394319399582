-- The newest unresolved dead letters of a consumer; see list_active.sql. BETWEEN, and ordering by
-- consumer too, rule out every index but the one that begins with the consumer: in an index by time
-- alone, the letters of one consumer may come after a million newer ones of another.
SELECT dead_letter_id, consumer, subscription, event_id, event_type, schema_version, subject, position,
       envelope, reason, error, attempts, failures::text AS failures, created_at,
       resolved_at, resolved_by, resolution_note
  FROM (SELECT *
          FROM {family}dispatcher_dead_letter
         WHERE consumer BETWEEN (SELECT $2::text) AND (SELECT $2::text) AND resolved_at IS NULL
         ORDER BY consumer, created_at DESC, dead_letter_id DESC
         LIMIT 1000) AS newest
 ORDER BY consumer, created_at DESC, dead_letter_id DESC
 LIMIT (SELECT $1::bigint)
