-- R3: the next events of a subscription, up to the horizon.
--   handled  a dedup row says that this subscription has handled it
--   held     an earlier event of its subject still waits for its retry
SELECT event.*, event.payload::text AS payload_text,
       EXISTS (SELECT FROM {family}dispatcher_dedup AS dedup
                WHERE dedup.consumer = $1 AND dedup.subscription = $2
                  AND dedup.event_id = event.event_id) AS handled,
       EXISTS (SELECT FROM {family}dispatcher_retry AS waiting
                WHERE waiting.consumer = $1 AND waiting.subscription = $2
                  AND waiting.subject = event.subject) AS held
  FROM {family}dispatcher_event AS event
 WHERE event.event_type = ANY ($3) AND event.position > $4 AND event.position <= $5
 ORDER BY event.position
 LIMIT $6
