-- R3: the next events of a subscription, up to the horizon.
--   handled  a dedup row says that this subscription has handled it
--   held     an earlier event of its subject still waits for its retry
-- An event that waits itself is left out: it is there after a cursor was set back.
SELECT event.position, event.event_id, event.event_type, event.schema_version, event.occurred_at,
       event.tenant_id, event.producer, event.subject, event.actor, event.correlation_id,
       event.causation_id, event.traceparent, event.payload::text AS payload_text, event.inserted_at,
       EXISTS (SELECT FROM {family}dispatcher_dedup AS dedup
                WHERE dedup.consumer = $1 AND dedup.subscription = $2
                  AND dedup.event_id = event.event_id) AS handled,
       EXISTS (SELECT FROM {family}dispatcher_retry AS waiting
                WHERE waiting.consumer = $1 AND waiting.subscription = $2
                  AND md5(waiting.subject) = md5(event.subject) AND waiting.subject = event.subject) AS held
  FROM {family}dispatcher_event AS event
 WHERE event.event_type = ANY ($3) AND event.position > $4 AND event.position <= $5
   AND ($7 = 1 OR {family}dispatcher_partition(event.subject, event.event_id, $7) = $8)
   AND NOT EXISTS (SELECT FROM {family}dispatcher_retry AS itself
                    WHERE itself.consumer = $1 AND itself.subscription = $2
                      AND itself.position = event.position)
 ORDER BY event.position
 LIMIT $6
