-- R3: the next events of these types, up to the horizon: so many, and of those no more once their
-- payloads have come to $7 bytes (the length of a json column is known without fetching it).
--   is_cut  there may be more, which came to too many bytes
SELECT event.position, event.event_id, event.event_type, event.schema_version, event.occurred_at,
       event.tenant_id, event.producer, event.subject, event.actor, event.correlation_id,
       event.causation_id, event.traceparent, event.payload::text AS payload_text, event.inserted_at,
       event.bytes >= $7 AS is_cut
  FROM (SELECT next.*,
               -- Row by row; another frame, or a count, would hold back the first until the last is there.
               sum(octet_length(next.payload::text)) OVER (ORDER BY next.position ROWS UNBOUNDED PRECEDING) AS bytes
          FROM (SELECT *
                  FROM {family}dispatcher_event
                 WHERE event_type = ANY ($1) AND position > $2 AND position <= $3
                   AND ($5 = 1 OR {family}dispatcher_partition(subject, event_id, $5) = $6)
                 ORDER BY position
                 LIMIT $4) AS next) AS event
 WHERE event.bytes - octet_length(event.payload::text) < $7
 ORDER BY event.position
