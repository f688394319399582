-- How each subscription is. Numbers of what operators look through are counted up to 10,000 and one more, in the order of
-- an index: without an order, the server may read the whole table for each subscription where one has most of its rows.
--   positions               how far each partition has read
--   oldest_waiting_since    since when the first event waits that will be tried again by itself
--   held_rows               how many events hold their subjects, and of how many subjects these are
--   awaited                 the events that wait for a program that knows their version, by version
WITH cursors AS MATERIALIZED (
    SELECT cursor.consumer,
           cursor.subscription,
           count(*)::integer AS partitions,
           pg_catalog.min(cursor.position) AS position,
           pg_catalog.array_agg(cursor.position ORDER BY cursor.partition) AS positions,
           pg_catalog.max(cursor.updated_at) AS updated_at,
           pg_catalog.bool_or(cursor.remote) AS remote,
           pg_catalog.count(DISTINCT cursor.holder) FILTER (WHERE cursor.expires_at > clock_timestamp()) AS replicas
      FROM {family}dispatcher_cursor AS cursor
     WHERE ($1::text IS NULL OR cursor.consumer = $1) AND ($2::text IS NULL OR cursor.subscription = $2)
     GROUP BY cursor.consumer, cursor.subscription
), waits AS MATERIALIZED (
    SELECT waiting.consumer, waiting.subscription, count(*) AS events
      FROM {family}dispatcher_retry AS waiting
     WHERE ($1::text IS NULL OR waiting.consumer = $1) AND ($2::text IS NULL OR waiting.subscription = $2)
     GROUP BY waiting.consumer, waiting.subscription
)
SELECT cursors.consumer,
       cursors.subscription,
       cursors.partitions,
       cursors.position,
       cursors.positions,
       cursors.updated_at,
       cursors.remote,
       cursors.replicas,
       coalesce(noted.event_types, '{}') AS event_types,
       noted.paused_at,
       noted.paused_by,
       noted.pause_reason,
       coalesce(waits.events, 0) AS waiting,
       (SELECT waiting.waiting_since
          FROM {family}dispatcher_retry AS waiting
         WHERE waiting.consumer = cursors.consumer AND waiting.subscription = cursors.subscription
           AND waiting.due_at IS NOT NULL
         ORDER BY waiting.position
         LIMIT 1) AS oldest_waiting_since,
       held.held_rows,
       held.held_subjects,
       (SELECT count(*)
          FROM (SELECT
                  FROM {family}dispatcher_dead_letter AS letter
                 WHERE letter.consumer = cursors.consumer AND letter.subscription = cursors.subscription
                   AND letter.resolved_at IS NULL AND letter.redrive_id IS NULL
                 ORDER BY letter.created_at
                 LIMIT 10001) AS open) AS open_dead_letters,
       (SELECT letter.created_at
          FROM {family}dispatcher_dead_letter AS letter
         WHERE letter.consumer = cursors.consumer AND letter.subscription = cursors.subscription
           AND letter.resolved_at IS NULL AND letter.redrive_id IS NULL
         ORDER BY letter.created_at
         LIMIT 1) AS oldest_dead_letter_since,
       clock_timestamp() AS now,
       (SELECT pg_catalog.json_agg(version)
          FROM (SELECT waiting.awaited_event_type AS event_type, waiting.awaited_version AS schema_version,
                       count(*) AS events
                  FROM {family}dispatcher_retry AS waiting
                 WHERE waiting.consumer = cursors.consumer AND waiting.subscription = cursors.subscription
                   AND waiting.awaited_version IS NOT NULL
                 GROUP BY waiting.awaited_event_type, waiting.awaited_version
                 ORDER BY waiting.awaited_event_type, waiting.awaited_version
                 LIMIT 100) AS version)::text AS awaited
  FROM cursors
  LEFT JOIN {family}dispatcher_subscription AS noted
         ON noted.consumer = cursors.consumer AND noted.subscription = cursors.subscription
  LEFT JOIN waits
         ON waits.consumer = cursors.consumer AND waits.subscription = cursors.subscription
 CROSS JOIN LATERAL (
       SELECT count(*) AS held_rows, pg_catalog.count(DISTINCT coalesce(waiting.subject, waiting.event_id)) AS held_subjects
         FROM (SELECT waiting.subject, waiting.event_id
                 FROM {family}dispatcher_retry AS waiting
                WHERE waiting.consumer = cursors.consumer AND waiting.subscription = cursors.subscription
                  AND (waiting.dead_letter_id IS NOT NULL OR waiting.awaited_version IS NOT NULL)
                ORDER BY waiting.position
                LIMIT 10001) AS waiting) AS held
 ORDER BY cursors.consumer, cursors.subscription
