-- A window of the log, the oldest event first, without payloads: at most $6 of the events after position $1 and up to $2 that
-- one of the events $3 caused, or that have the correlation $4, of the tenants $5. NULL is none, and any tenant. The positions
-- are in subqueries, which hide their values from the planner; see read_events.sql.
SELECT position, event_id, event_type, schema_version, tenant_id, producer, subject, occurred_at, inserted_at, causation_id
  FROM {family}dispatcher_event
 WHERE position > (SELECT $1::bigint) AND position <= (SELECT $2::bigint)
   AND (causation_id = ANY ($3::text[]) OR correlation_id = $4::text)
   AND ($5::text[] IS NULL OR tenant_id = ANY ($5::text[]))
 ORDER BY position
 LIMIT $6::bigint
