-- R3: the next events of these types, up to the horizon: so many, and of those no more once their
-- payloads have come to $7 bytes (the length of a json column is known without fetching it).
--   found  how many there were before that
SELECT event.position, event.event_id, event.event_type, event.schema_version, event.occurred_at,
       event.tenant_id, event.producer, event.subject, event.actor, event.correlation_id,
       event.causation_id, event.traceparent, event.payload::text AS payload_text, event.inserted_at,
       event.found
  FROM (SELECT next.*,
               count(*) OVER () AS found,
               sum(octet_length(next.payload::text)) OVER (ORDER BY next.position)
                   - octet_length(next.payload::text) AS bytes_before
          FROM (SELECT *
                  FROM {family}dispatcher_event
                 WHERE event_type = ANY ($1) AND position > $2 AND position <= $3
                   AND ($5 = 1 OR {family}dispatcher_partition(subject, event_id, $5) = $6)
                 ORDER BY position
                 LIMIT $4) AS next) AS event
 WHERE event.bytes_before < $7
 ORDER BY event.position
