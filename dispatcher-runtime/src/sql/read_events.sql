-- R3: the next events of these types, up to the horizon.
SELECT event.position, event.event_id, event.event_type, event.schema_version, event.occurred_at,
       event.tenant_id, event.producer, event.subject, event.actor, event.correlation_id,
       event.causation_id, event.traceparent, event.payload::text AS payload_text, event.inserted_at
  FROM {family}dispatcher_event AS event
 WHERE event.event_type = ANY ($1) AND event.position > $2 AND event.position <= $3
   AND ($5 = 1 OR {family}dispatcher_partition(event.subject, event.event_id, $5) = $6)
 ORDER BY event.position
 LIMIT $4
