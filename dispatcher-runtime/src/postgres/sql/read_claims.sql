-- The position past which each of these subscriptions still needs the log: its slowest partition,
-- or just before its first waiting event.
SELECT cursor.subscription,
       least(pg_catalog.min(cursor.position),
             (SELECT pg_catalog.min(waiting.position) - 1
                FROM {family}dispatcher_retry AS waiting
               WHERE waiting.consumer = $1 AND waiting.subscription = cursor.subscription)) AS position
  FROM {family}dispatcher_cursor AS cursor
 WHERE cursor.consumer = $1 AND cursor.subscription = ANY ($2)
 GROUP BY cursor.subscription
