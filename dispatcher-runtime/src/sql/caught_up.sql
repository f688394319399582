-- How many of these subscriptions have nothing left to do up to a position of the log.
SELECT count(*)
  FROM {family}dispatcher_cursor AS cursor
 WHERE cursor.consumer = $1 AND cursor.subscription = ANY ($2)
   AND cursor.position >= $3
   AND NOT EXISTS (SELECT FROM {family}dispatcher_retry AS waiting
                    WHERE waiting.consumer = cursor.consumer AND waiting.subscription = cursor.subscription
                      AND waiting.position <= $3)
