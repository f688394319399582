-- A window of the log, the newest event first, without payloads: at most $8 of the events after position $1 and up to $2,
-- of the type $3, the subject $4 and the tenants $5, inserted from $6 on and before $7. NULL is any. The positions are in
-- subqueries, which hide their values from the planner; see read_events.sql.
SELECT position, event_id, event_type, schema_version, tenant_id, producer, subject, occurred_at, inserted_at
  FROM {family}dispatcher_event
 WHERE position > (SELECT $1::bigint) AND position <= (SELECT $2::bigint)
   AND ($3::text IS NULL OR event_type = $3::text)
   AND ($4::text IS NULL OR subject = $4::text)
   AND ($5::text[] IS NULL OR tenant_id = ANY ($5::text[]))
   AND ($6::timestamptz IS NULL OR inserted_at >= $6::timestamptz)
   AND ($7::timestamptz IS NULL OR inserted_at < $7::timestamptz)
 ORDER BY position DESC
 LIMIT $8::bigint
