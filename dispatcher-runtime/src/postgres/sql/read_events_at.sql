-- The events at these positions, as far as they exist, and no more once their payloads add up to $2
-- bytes.
--   is_cut  there may be more events, left out because they exceed the byte limit
SELECT event.position, event.event_id, event.event_type, event.schema_version, event.occurred_at,
       event.tenant_id, event.producer, event.subject, event.actor, event.correlation_id,
       event.causation_id, event.traceparent, event.payload::text AS payload_text, event.inserted_at,
       event.bytes >= $2 AS is_cut
  FROM (SELECT next.*,
               pg_catalog.sum(pg_catalog.octet_length(next.payload::text)) OVER (ORDER BY next.position ROWS UNBOUNDED PRECEDING) AS bytes
          FROM {family}dispatcher_event AS next
         WHERE next.position = ANY ($1)) AS event
 WHERE event.bytes - pg_catalog.octet_length(event.payload::text) < $2
 ORDER BY event.position
