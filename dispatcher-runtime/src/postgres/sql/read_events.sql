-- R3: the next events of these types, and of the tenants $8 unless it is NULL, up to the horizon: at most $4 of them, and
-- no more once their rows add up to $7 bytes (the length of a column is known without fetching it). Of a row whose
-- texts have more than $9 bytes together, or whose payload has more than $10, only what is short is
-- returned: neither a statement nor a dead letter might hold the rest.
-- The parameters are in subqueries, which hide their values from the planner: in a large log it
-- would rate a plan for these values above a generic one, and plan again for each batch. The inner
-- LIMIT, a literal no smaller than the outer one, tells the planner that few rows are wanted;
-- otherwise it could take the statement for a large one, and compile code or start processes for
-- it.
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
       event.inserted_at, event.erased_at, event.lengths, event.bytes >= $7 AS is_cut
  FROM (SELECT next.*,
               next.text_bytes <= $9 AND next.payload_bytes <= $10 AS is_whole,
               CASE WHEN next.text_bytes > $9 OR next.payload_bytes > $10
                    THEN ARRAY[pg_catalog.octet_length(next.event_id), pg_catalog.octet_length(next.event_type),
                          pg_catalog.octet_length(next.tenant_id), pg_catalog.octet_length(next.producer),
                          pg_catalog.octet_length(next.subject), pg_catalog.octet_length(next.actor),
                          pg_catalog.octet_length(next.correlation_id), pg_catalog.octet_length(next.causation_id),
                          pg_catalog.octet_length(next.traceparent), pg_catalog.octet_length(next.payload::text)] END AS lengths,
               -- Row by row: with another frame, or a count, no row would come out before the last
               -- one is read.
               pg_catalog.sum(next.text_bytes + next.payload_bytes)
                   OVER (ORDER BY next.position ROWS UNBOUNDED PRECEDING)::bigint AS bytes
          FROM (SELECT near.*,
                       0::bigint + pg_catalog.octet_length(near.event_id) + pg_catalog.octet_length(near.event_type)
                         + pg_catalog.octet_length(near.tenant_id) + pg_catalog.octet_length(near.producer)
                         + coalesce(pg_catalog.octet_length(near.subject), 0) + pg_catalog.octet_length(near.actor)
                         + coalesce(pg_catalog.octet_length(near.correlation_id), 0) + coalesce(pg_catalog.octet_length(near.causation_id), 0)
                         + coalesce(pg_catalog.octet_length(near.traceparent), 0) AS text_bytes,
                       pg_catalog.octet_length(near.payload::text)::bigint AS payload_bytes
                  FROM (SELECT *
                          FROM {family}dispatcher_event
                         WHERE event_type = ANY ((SELECT $1::text[])::text[])
                           AND position > (SELECT $2::bigint) AND position <= (SELECT $3::bigint)
                           AND ((SELECT $8::text[]) IS NULL OR tenant_id = ANY ((SELECT $8::text[])::text[]))
                           -- Not = 1, which the planner would estimate to be rare.
                           AND ((SELECT $5::integer) < 2
                                OR {family}dispatcher_partition(subject, event_id, (SELECT $5::integer))
                                   = (SELECT $6::integer))
                         ORDER BY position
                         LIMIT {at_most}) AS near
                 ORDER BY near.position
                 LIMIT (SELECT $4::bigint)) AS next) AS event
 WHERE event.bytes - event.text_bytes - event.payload_bytes < $7
 ORDER BY event.position
