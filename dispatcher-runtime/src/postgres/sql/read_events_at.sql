-- The events at these positions, as far as they exist, and no more once their rows add up to $2
-- bytes. Of a row that is too large, only what is short; see read_events.sql.
--   lengths  of such a row: the bytes of each column, in the order of StoredEvent
--   is_cut   there may be more events, left out because they exceed the byte limit
SELECT event.position, event.event_id, event.event_type, event.schema_version, event.occurred_at,
       CASE WHEN event.is_whole OR pg_catalog.octet_length(event.tenant_id) <= 1024 THEN event.tenant_id ELSE '' END AS tenant_id,
       CASE WHEN event.is_whole OR pg_catalog.octet_length(event.producer) <= 1024 THEN event.producer ELSE '' END AS producer,
       CASE WHEN event.is_whole OR pg_catalog.octet_length(event.subject) <= 1024 THEN event.subject END AS subject,
       CASE WHEN event.is_whole OR pg_catalog.octet_length(event.actor) <= 1024 THEN event.actor ELSE '' END AS actor,
       CASE WHEN event.is_whole OR pg_catalog.octet_length(event.correlation_id) <= 1024 THEN event.correlation_id END AS correlation_id,
       CASE WHEN event.is_whole OR pg_catalog.octet_length(event.causation_id) <= 1024 THEN event.causation_id END AS causation_id,
       CASE WHEN event.is_whole OR pg_catalog.octet_length(event.traceparent) <= 1024 THEN event.traceparent END AS traceparent,
       CASE WHEN event.is_whole THEN event.payload::text ELSE 'null' END AS payload_text,
       event.inserted_at, event.erased_at, event.lengths, event.bytes >= $2 AS is_cut
  FROM (SELECT next.*,
               next.text_bytes <= $3 AND next.payload_bytes <= $4 AS is_whole,
               CASE WHEN next.text_bytes > $3 OR next.payload_bytes > $4
                    THEN ARRAY[pg_catalog.octet_length(next.event_id), pg_catalog.octet_length(next.event_type),
                          pg_catalog.octet_length(next.tenant_id), pg_catalog.octet_length(next.producer),
                          pg_catalog.octet_length(next.subject), pg_catalog.octet_length(next.actor),
                          pg_catalog.octet_length(next.correlation_id), pg_catalog.octet_length(next.causation_id),
                          pg_catalog.octet_length(next.traceparent), pg_catalog.octet_length(next.payload::text)] END AS lengths,
               -- Row by row: with another frame, or a count, no row would come out before the last
               -- one is read.
               pg_catalog.sum(next.text_bytes + next.payload_bytes)
                   OVER (ORDER BY next.position ROWS UNBOUNDED PRECEDING)::bigint AS bytes
          FROM (SELECT found.*,
                       0::bigint + pg_catalog.octet_length(found.event_id) + pg_catalog.octet_length(found.event_type)
                         + pg_catalog.octet_length(found.tenant_id) + pg_catalog.octet_length(found.producer)
                         + coalesce(pg_catalog.octet_length(found.subject), 0) + pg_catalog.octet_length(found.actor)
                         + coalesce(pg_catalog.octet_length(found.correlation_id), 0) + coalesce(pg_catalog.octet_length(found.causation_id), 0)
                         + coalesce(pg_catalog.octet_length(found.traceparent), 0) AS text_bytes,
                       pg_catalog.octet_length(found.payload::text)::bigint AS payload_bytes
                  FROM {family}dispatcher_event AS found
                 WHERE found.position = ANY ($1)) AS next) AS event
 WHERE event.bytes - event.text_bytes - event.payload_bytes < $2
 ORDER BY event.position
