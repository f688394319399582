-- The events at these positions, as far as they are there, and no more once their payloads have come to
-- $2 bytes.
--   found  how many there were before that
SELECT event.position, event.event_id, event.event_type, event.schema_version, event.occurred_at,
       event.tenant_id, event.producer, event.subject, event.actor, event.correlation_id,
       event.causation_id, event.traceparent, event.payload::text AS payload_text, event.inserted_at,
       event.found
  FROM (SELECT next.*,
               count(*) OVER () AS found,
               sum(octet_length(next.payload::text)) OVER (ORDER BY next.position)
                   - octet_length(next.payload::text) AS bytes_before
          FROM {family}dispatcher_event AS next
         WHERE next.position = ANY ($1)) AS event
 WHERE event.bytes_before < $2
 ORDER BY event.position
