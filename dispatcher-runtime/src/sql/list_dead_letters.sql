-- The newest, of a consumer ($1) or of all (NULL), the resolved ones ($2) among them or not. Each case has
-- the index that it needs; the others are not looked at.
SELECT dead_letter_id, consumer, subscription, event_id, event_type, schema_version, subject, position,
       envelope, reason, error, attempts, failures::text AS failures, created_at,
       resolved_at, resolved_by, resolution_note
  FROM ((SELECT *
           FROM {family}dispatcher_dead_letter
          WHERE $1::text IS NULL AND NOT $2 AND resolved_at IS NULL
          ORDER BY created_at DESC, dead_letter_id DESC
          LIMIT $3)
        UNION ALL
        (SELECT *
           FROM {family}dispatcher_dead_letter
          WHERE $1::text IS NULL AND $2
          ORDER BY created_at DESC, dead_letter_id DESC
          LIMIT $3)
        UNION ALL
        (SELECT *
           FROM {family}dispatcher_dead_letter
          WHERE consumer = $1 AND NOT $2 AND resolved_at IS NULL
          ORDER BY created_at DESC, dead_letter_id DESC
          LIMIT $3)
        UNION ALL
        (SELECT *
           FROM {family}dispatcher_dead_letter
          WHERE consumer = $1 AND $2
          ORDER BY created_at DESC, dead_letter_id DESC
          LIMIT $3)) AS letter
 ORDER BY created_at DESC, dead_letter_id DESC
 LIMIT $3
