-- When the next attempt is due: of the events that are the first of their subject.
SELECT min(waiting.due_at) AS due_at
  FROM {family}dispatcher_retry AS waiting
 WHERE waiting.consumer = $1 AND waiting.subscription = $2
   AND NOT EXISTS (SELECT FROM {family}dispatcher_retry AS earlier
                    WHERE earlier.consumer = $1 AND earlier.subscription = $2
                      AND earlier.subject = waiting.subject AND earlier.position < waiting.position)
