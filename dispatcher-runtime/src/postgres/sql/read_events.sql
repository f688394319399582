-- R3: the next events of these types, up to the horizon: so many, and of those no more once their
-- payloads have come to $7 bytes (the length of a json column is known without fetching it).
-- Parameters stand in subqueries, so that their values make no difference to the planner: in a large log it
-- would believe that a plan for these values is better than one for any, and plan anew for each batch. The
-- inner LIMIT, a number that is not less than the outer one, says to it that few rows are wanted: it must not
-- take the statement for a large one, for which it would compile code or start processes.
--   is_cut  there may be more, which came to too many bytes
SELECT event.position, event.event_id, event.event_type, event.schema_version, event.occurred_at,
       event.tenant_id, event.producer, event.subject, event.actor, event.correlation_id,
       event.causation_id, event.traceparent, event.payload::text AS payload_text, event.inserted_at,
       event.bytes >= $7 AS is_cut
  FROM (SELECT next.*,
               -- Row by row; another frame, or a count, would hold back the first until the last is there.
               sum(octet_length(next.payload::text)) OVER (ORDER BY next.position ROWS UNBOUNDED PRECEDING) AS bytes
          FROM (SELECT *
                  FROM (SELECT *
                          FROM {family}dispatcher_event
                         WHERE event_type = ANY ((SELECT $1::text[])::text[])
                           AND position > (SELECT $2::bigint) AND position <= (SELECT $3::bigint)
                           -- Not = 1, which the planner would take for something rare.
                           AND ((SELECT $5::integer) < 2
                                OR {family}dispatcher_partition(subject, event_id, (SELECT $5::integer))
                                   = (SELECT $6::integer))
                         ORDER BY position
                         LIMIT {at_most}) AS near
                 ORDER BY position
                 LIMIT (SELECT $4::bigint)) AS next) AS event
 WHERE event.bytes - octet_length(event.payload::text) < $7
 ORDER BY event.position
