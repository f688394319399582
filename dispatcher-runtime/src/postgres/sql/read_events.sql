-- R3: the next events of these types, and of the tenants $8 unless it is NULL, up to the horizon: at most $4 of them, and no more once their
-- payloads add up to $7 bytes (the length of a json column is known without fetching it).
-- The parameters are in subqueries, which hide their values from the planner: in a large log it
-- would rate a plan for these values above a generic one, and plan again for each batch. The inner
-- LIMIT, a literal no smaller than the outer one, tells the planner that few rows are wanted;
-- otherwise it could take the statement for a large one, and compile code or start processes for
-- it.
--   is_cut  there may be more events, left out because they exceed the byte limit
SELECT event.position, event.event_id, event.event_type, event.schema_version, event.occurred_at,
       event.tenant_id, event.producer, event.subject, event.actor, event.correlation_id,
       event.causation_id, event.traceparent, event.payload::text AS payload_text, event.inserted_at,
       event.bytes >= $7 AS is_cut
  FROM (SELECT next.*,
               -- Row by row: with another frame, or a count, no row would come out before the last
               -- one is read.
               pg_catalog.sum(pg_catalog.octet_length(next.payload::text)) OVER (ORDER BY next.position ROWS UNBOUNDED PRECEDING) AS bytes
          FROM (SELECT *
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
                 ORDER BY position
                 LIMIT (SELECT $4::bigint)) AS next) AS event
 WHERE event.bytes - pg_catalog.octet_length(event.payload::text) < $7
 ORDER BY event.position
