-- How far each subscription is, where its slowest partition is, and what waits.
SELECT cursor.consumer,
       cursor.subscription,
       count(*)::integer AS partitions,
       min(cursor.position) AS position,
       max(cursor.updated_at) AS updated_at,
       bool_or(cursor.remote) AS remote,
       count(DISTINCT cursor.holder) FILTER (WHERE cursor.expires_at > clock_timestamp()) AS replicas,
       (SELECT count(*)
          FROM {family}dispatcher_retry AS waiting
         WHERE waiting.consumer = cursor.consumer AND waiting.subscription = cursor.subscription) AS waiting
  FROM {family}dispatcher_cursor AS cursor
 WHERE $1::text IS NULL OR cursor.consumer = $1
 GROUP BY cursor.consumer, cursor.subscription
 ORDER BY cursor.consumer, cursor.subscription
