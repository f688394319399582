-- Events whose next attempt is due and that are the first of their subject.
SELECT event.*, event.payload::text AS payload_text,
       EXISTS (SELECT FROM {family}dispatcher_dedup AS dedup
                WHERE dedup.consumer = $1 AND dedup.subscription = $2
                  AND dedup.event_id = event.event_id) AS handled,
       false AS held,
       waiting.attempts, waiting.failures
  FROM {family}dispatcher_retry AS waiting
  JOIN {family}dispatcher_event AS event ON event.position = waiting.position
 WHERE waiting.consumer = $1 AND waiting.subscription = $2 AND waiting.due_at <= $3
   AND NOT EXISTS (SELECT FROM {family}dispatcher_retry AS earlier
                    WHERE earlier.consumer = $1 AND earlier.subscription = $2
                      AND earlier.subject = waiting.subject AND earlier.position < waiting.position)
 ORDER BY waiting.position
 LIMIT $4
