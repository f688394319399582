-- How many partitions each subscription has, where the slowest of them is, and how many events
-- wait.
SELECT cursor.consumer,
       cursor.subscription,
       count(*)::integer AS partitions,
       pg_catalog.min(cursor.position) AS position,
       pg_catalog.max(cursor.updated_at) AS updated_at,
       pg_catalog.bool_or(cursor.remote) AS remote,
       pg_catalog.count(DISTINCT cursor.holder) FILTER (WHERE cursor.expires_at > clock_timestamp()) AS replicas,
       (SELECT count(*)
          FROM {family}dispatcher_retry AS waiting
         WHERE waiting.consumer = cursor.consumer AND waiting.subscription = cursor.subscription) AS waiting
  FROM {family}dispatcher_cursor AS cursor
 WHERE $1::text IS NULL OR cursor.consumer = $1
 GROUP BY cursor.consumer, cursor.subscription
 ORDER BY cursor.consumer, cursor.subscription
