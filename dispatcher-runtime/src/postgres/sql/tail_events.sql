-- R3: the next events up to the horizon, the oldest first, without payloads; the parameters are those of search_events.sql.
SELECT position, event_id, event_type, schema_version, tenant_id, producer, subject, occurred_at, inserted_at
  FROM {family}dispatcher_event
 WHERE position > (SELECT $1::bigint) AND position <= (SELECT $2::bigint)
   AND ($3::text IS NULL OR event_type = $3::text)
   AND ($4::text IS NULL OR subject = $4::text)
   AND ($5::text[] IS NULL OR tenant_id = ANY ($5::text[]))
   AND ($6::timestamptz IS NULL OR inserted_at >= $6::timestamptz)
   AND ($7::timestamptz IS NULL OR inserted_at < $7::timestamptz)
 ORDER BY position
 LIMIT $8::bigint
