-- The event of that id, without its payload, if it is of one of the tenants $2. NULL is every tenant.
SELECT position, event_id, event_type, schema_version, tenant_id, producer, subject, occurred_at, inserted_at,
       causation_id, correlation_id
  FROM {family}dispatcher_event
 WHERE event_id = $1 AND ($2::text[] IS NULL OR tenant_id = ANY ($2::text[]))
