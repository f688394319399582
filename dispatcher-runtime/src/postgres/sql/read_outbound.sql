-- The next events that were published here, as far as the horizon, and no more once they add up to $4 bytes. Of one
-- whose payload is too large to be sent ($5), the payload is left out.
--   payload_bytes  what it has, also where it is left out
SELECT event.position, event.event_id, event.event_type, event.schema_version, event.occurred_at, event.tenant_id,
       event.producer, event.subject, event.actor, event.correlation_id, event.causation_id, event.traceparent,
       CASE WHEN event.payload_bytes <= $5 THEN event.payload_text END AS payload_text,
       event.inserted_at, event.erased_at, event.payload_bytes, event.bytes >= $4 AS is_cut
  FROM (SELECT next.*,
               -- Row by row, as in read_events.sql.
               pg_catalog.sum(CASE WHEN next.payload_bytes <= $5 THEN next.payload_bytes ELSE 0 END)
                   OVER (ORDER BY next.position ROWS UNBOUNDED PRECEDING) AS bytes
          FROM (SELECT found.position, found.event_id, found.event_type, found.schema_version, found.occurred_at,
                       found.tenant_id, found.producer, found.subject, found.actor, found.correlation_id, found.causation_id,
                       found.traceparent, found.payload::text AS payload_text, found.inserted_at, found.erased_at,
                       pg_catalog.octet_length(found.payload::text) AS payload_bytes
                  FROM {family}dispatcher_event AS found
                 WHERE found.position > $1 AND found.position <= $2 AND found.origin IS NULL
                 ORDER BY found.position
                 LIMIT 1000) AS next) AS event
 WHERE event.bytes - (CASE WHEN event.payload_bytes <= $5 THEN event.payload_bytes ELSE 0 END) < $4
 ORDER BY event.position
 LIMIT $3
