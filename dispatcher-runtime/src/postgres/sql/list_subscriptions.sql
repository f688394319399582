-- How many partitions each subscription has, where the slowest of them is, how many events
-- wait, and of those the ones that wait for a program that knows their version, by version.
SELECT cursor.consumer,
       cursor.subscription,
       count(*)::integer AS partitions,
       pg_catalog.min(cursor.position) AS position,
       pg_catalog.max(cursor.updated_at) AS updated_at,
       pg_catalog.bool_or(cursor.remote) AS remote,
       pg_catalog.count(DISTINCT cursor.holder) FILTER (WHERE cursor.expires_at > clock_timestamp()) AS replicas,
       (SELECT count(*)
          FROM {family}dispatcher_retry AS waiting
         WHERE waiting.consumer = cursor.consumer AND waiting.subscription = cursor.subscription) AS waiting,
       (SELECT pg_catalog.json_agg(version)
          FROM (SELECT waiting.awaited_event_type AS event_type, waiting.awaited_version AS schema_version,
                       count(*) AS events
                  FROM {family}dispatcher_retry AS waiting
                 WHERE waiting.consumer = cursor.consumer AND waiting.subscription = cursor.subscription
                   AND waiting.awaited_version IS NOT NULL
                 GROUP BY waiting.awaited_event_type, waiting.awaited_version
                 ORDER BY waiting.awaited_event_type, waiting.awaited_version
                 LIMIT 100) AS version)::text AS awaited
  FROM {family}dispatcher_cursor AS cursor
 WHERE $1::text IS NULL OR cursor.consumer = $1
 GROUP BY cursor.consumer, cursor.subscription
 ORDER BY cursor.consumer, cursor.subscription
