-- In a window of the log, how many events a subscription has not read yet, at most $6, and when the oldest was inserted.
--   $1, $2  the window: past the one position and up to the other
--   $3, $4  the event types that it takes; and the tenants, or NULL for all of them
--   $5      how far each of its partitions has read
-- The parameters are in subqueries for the reason that read_events.sql has: one plan for all windows.
SELECT count(*) AS events,
       pg_catalog.min(unread.inserted_at) AS oldest_at,
       clock_timestamp() AS now
  FROM (SELECT event.inserted_at
          FROM {family}dispatcher_event AS event
         WHERE event.position > (SELECT $1::bigint) AND event.position <= (SELECT $2::bigint)
           AND event.event_type = ANY ((SELECT $3::text[])::text[])
           AND ((SELECT $4::text[]) IS NULL OR event.tenant_id = ANY ((SELECT $4::text[])::text[]))
           AND event.position > (SELECT $5::bigint[])[
                   1 + CASE WHEN pg_catalog.cardinality((SELECT $5::bigint[])) < 2 THEN 0
                            ELSE {family}dispatcher_partition(event.subject, event.event_id,
                                                              pg_catalog.cardinality((SELECT $5::bigint[]))) END]
         ORDER BY event.position
         LIMIT (SELECT $6::bigint)) AS unread
