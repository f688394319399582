-- The events at these positions, as far as they are there.
SELECT event.position, event.event_id, event.event_type, event.schema_version, event.occurred_at,
       event.tenant_id, event.producer, event.subject, event.actor, event.correlation_id,
       event.causation_id, event.traceparent, event.payload::text AS payload_text, event.inserted_at
  FROM {family}dispatcher_event AS event
 WHERE event.position = ANY ($1)
