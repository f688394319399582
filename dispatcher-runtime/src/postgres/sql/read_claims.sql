-- How far each of these subscriptions needs the log: past its slowest partition, and what waits.
SELECT cursor.subscription,
       least(min(cursor.position),
             (SELECT min(waiting.position) - 1
                FROM {family}dispatcher_retry AS waiting
               WHERE waiting.consumer = $1 AND waiting.subscription = cursor.subscription)) AS position
  FROM {family}dispatcher_cursor AS cursor
 WHERE cursor.consumer = $1 AND cursor.subscription = ANY ($2)
 GROUP BY cursor.subscription
