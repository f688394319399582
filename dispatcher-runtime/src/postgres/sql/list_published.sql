-- Every event past a position, in order.
SELECT position, event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor,
       correlation_id, causation_id, traceparent, payload::text AS payload_text, inserted_at,
       erased_at, NULL::integer[] AS lengths
  FROM {family}dispatcher_event
 WHERE position > $1
 ORDER BY position
